package sink

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/test/model/marks"
)

// beyond are rules of the code about what the model leaves out, and what shows them.
var beyond = map[string]string{
	"same-incarnation": "the model has one topic, which is never made anew; sink/cmd/sink: TestATopicMadeAnewStopsAndIsReadAgain",

	"pause-acknowledged":  "the model has no replays; sink/cmd/sink: TestReplayRebuildsWhileTheStreamGoesOn",
	"pause-recheck":       "the model has no replays; sink/replay: TestADeadPauseIsOver, TestAWorkerThatWentOnEndsTheExchange",
	"replay-before-lease": "the model has no compaction; sink/replay: TestAReplayWaitsForCompaction, dags: test_not_while_topics_are_replayed",
	"sources-first":       "in the model ClickHouse keeps what it acknowledged; sink/restore: TestAPartWithoutSourcesStays",
	"attach-found":        "in the model no table is ever away; sink/restore: TestATableThatIsFoundDetachedIsAttached",
	"exchange-fenced":     "the model has no replays; sink/replay: TestADeadExchangeIsGoneThroughWith",
}

// TestTheCodeKeepsTheRules holds code and model to the same names: a rule that nobody
// marks in the code is one that nobody keeps when the code changes.
func TestTheCodeKeepsTheRules(t *testing.T) {
	found, err := marks.In("../../../sink")
	require.NoError(t, err)
	for _, r := range Rules {
		assert.NotEmpty(t, found[r.Name], "no line of sink/ is marked with rule %s: %s", r.Name, r.Says)
		delete(found, r.Name)
	}
	for name := range beyond {
		assert.NotEmpty(t, found[name], "no line of sink/ is marked with rule %s", name)
		delete(found, name)
	}
	assert.Empty(t, found, "the code names rules that the model does not have")
}
