package capture

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/test/model/marks"
)

// beyond are rules of the code about what the model leaves out, and what shows them.
var beyond = map[string]string{
	"epoch-before-rows": "the model has one epoch of the source; capture/postgres: TestResnapshotThatIsKilled",
}

// TestTheCodeKeepsTheRules holds code and model to the same names: a rule that nobody
// marks in the code is one that nobody keeps when the code changes.
func TestTheCodeKeepsTheRules(t *testing.T) {
	found, err := marks.In("../../../capture")
	require.NoError(t, err)
	for _, r := range Rules {
		assert.NotEmpty(t, found[r.Name], "no line of capture/ is marked with rule %s: %s", r.Name, r.Says)
		delete(found, r.Name)
	}
	for name := range beyond {
		assert.NotEmpty(t, found[name], "no line of capture/ is marked with rule %s", name)
		delete(found, name)
	}
	assert.Empty(t, found, "the code names rules that the model does not have")
}
