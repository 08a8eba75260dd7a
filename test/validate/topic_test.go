package validate

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// line is a record of a test's topic: partition 0 unless said.
type line struct {
	partition     int32
	op            event.Op
	commit        uint64
	flags         event.Flags
	key           string
	before, after string
	marker        *event.Marker
	tombstone     bool
}

func (l line) record() *kgo.Record {
	rec := &kgo.Record{Partition: l.partition, Key: []byte(l.key)}
	if l.tombstone {
		return rec
	}
	null := func(s string) string {
		if s == "" {
			return "null"
		}
		return s
	}
	h := event.Header{Version: position.Position{Epoch: 1, Commit: l.commit, Ordinal: 1}, Op: l.op, Flags: l.flags}
	rec.Headers = []kgo.RecordHeader{{Key: event.HeaderKey, Value: h.Append(nil)}}
	rec.Value = fmt.Appendf(nil, `{"before":%s,"after":%s,"op":"%s","ts_ms":%d}`, null(l.before), null(l.after), l.op, rand.IntN(1000))
	if l.marker != nil {
		rec.Key, rec.Value = nil, l.marker.Encode()
	}
	return rec
}

func topicContract(t *testing.T) *contract.Contract {
	t.Helper()
	c, err := contract.Parse([]byte("contract: 1\nsource: pg\ntable: public.topical\ntarget: shop.topical\nkey: [id]\ncolumns: [{name: id, type: bigint}]\n"))
	require.NoError(t, err)
	return c
}

// broker gives a broker in this process with the table's topic.
func broker(t *testing.T, c *contract.Contract) (brokers []string, client *kgo.Client) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, c.Topic()))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	client, err = kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.DefaultProduceTopic(c.Topic()), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return cluster.ListenAddrs(), client
}

// read publishes lines and gives what reading them says.
func read(t *testing.T, lines ...line) *topicReading {
	t.Helper()
	c := topicContract(t)
	brokers, client := broker(t, c)
	for _, l := range lines {
		require.NoError(t, client.ProduceSync(t.Context(), l.record()).FirstErr())
	}
	r, err := readTopicOf(t.Context(), brokers, c)
	require.NoError(t, err)
	return r
}

// a chained create, update and delete with its tombstone.
func created(commit uint64, key, after string) line {
	return line{op: event.Create, commit: commit, flags: event.Chained, key: key, after: after}
}

func updated(commit uint64, key, before, after string) line {
	return line{op: event.Update, commit: commit, flags: event.Chained, key: key, before: before, after: after}
}

func deleted(commit uint64, key, before string) line {
	return line{op: event.Delete, commit: commit, flags: event.Chained, key: key, before: before}
}

func tomb(key string) line { return line{key: key, tombstone: true} }

func TestTopicValidatorsPassWhatIsRight(t *testing.T) {
	a, b, c := created(1, "k", `"a"`), updated(2, "k", `"a"`, `"b"`), deleted(3, "k", `"b"`)
	other := created(2, "o", `"x"`)
	other.partition = 1
	begin := line{op: event.Marking, commit: 5, marker: &event.Marker{Kind: event.SnapshotBegin, Snapshot: "s"}}
	row := line{op: event.Read, commit: 5, flags: event.Chained, key: "k", after: `"r"`}
	end := line{op: event.Marking, commit: 6, marker: &event.Marker{Kind: event.SnapshotEnd, Snapshot: "s"}}
	repair := created(1, "k", `"a"`)
	repair.flags |= event.Repair
	garbage := line{key: "g", op: event.Create, commit: 0, after: `{`}
	for name, lines := range map[string][]line{
		"in order":                  {a, b, c, tomb("k"), other, created(4, "k", `"d"`)},
		"the last again":            {a, b, b},
		"a suffix again":            {a, b, c, tomb("k"), b, c, tomb("k"), created(4, "k", `"d"`)},
		"a suffix again, cut twice": {a, b, c, tomb("k"), a, a, b, a, b, c, tomb("k"), created(4, "k", `"d"`)},
		"a snapshot that skips":     {a, b, begin, row, end, updated(7, "k", `"r"`, `"s"`)},
		"a repair":                  {a, b, c, tomb("k"), repair, created(4, "k", `"d"`)},
		"what is not capture's":     {a, garbage, b},
		"unchained":                 {a, {op: event.Update, commit: 2, key: "k", after: `"z"`}, updated(3, "k", `"whatever"`, `"c"`)},
	} {
		require.Empty(t, read(t, lines...).failures(), name)
	}
	r := read(t, a, b, begin, row, end, b)
	require.Equal(t, uint64(2), r.windows["s"].after.Commit)
	require.Equal(t, uint64(6), r.windows["s"].end.Commit)
	require.Equal(t, 1, r.again)
}

func TestTopicValidatorsSeeTheirBreach(t *testing.T) {
	a, b, c := created(1, "k", `"a"`), updated(2, "k", `"a"`, `"b"`), updated(3, "k", `"b"`, `"c"`)
	d := updated(4, "k", `"c"`, `"d"`)
	for name, breach := range map[string]struct {
		validator string
		lines     []line
	}{
		"out of order":                     {topicOrder, []line{a, c, b}},
		"again without what lies between":  {topicOrder, []line{a, b, c, a, c}},
		"on while some is still to repeat": {topicOrder, []line{a, b, c, a, d}},
		"again with another content":       {topicOrder, []line{a, b, updated(2, "k", `"a"`, `"z"`)}},
		"two keys at one position":         {topicOrder, []line{a, created(1, "l", `"a"`)}},
		"an update lost":                   {topicChain, []line{a, c}},
		"a create of what is there":        {topicChain, []line{a, created(2, "k", `"b"`)}},
		"an update after the delete":       {topicChain, []line{a, deleted(2, "k", `"a"`), tomb("k"), updated(3, "k", `"a"`, `"b"`)}},
		"a tombstone of another key":       {topicTomb, []line{a, deleted(2, "k", `"a"`), tomb("l")}},
		"a tombstone alone":                {topicTomb, []line{a, tomb("k")}},
	} {
		require.Contains(t, validatorsOf(read(t, breach.lines...).failures()), breach.validator, name)
	}
}

// Whatever a capturer sends again after crashes anywhere passes; any swap, loss or
// change of what it sent for the first time does not.
func TestHistoryOfEveryCrash(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 0))
		n := 3 + r.IntN(8)
		all := make([]sent, n)
		for i := range all {
			all[i] = sent{version: position.Position{Commit: uint64(i + 1), Ordinal: 1}, id: uint64(r.IntN(3)), images: r.Uint64()}
		}
		var sequence []sent
		confirmed := 0
		for at := 0; at < n; at++ {
			sequence = append(sequence, all[at])
			if r.IntN(4) == 0 { // killed: on from somewhere that is confirmed
				confirmed += r.IntN(at + 2 - confirmed)
				at = confirmed - 1
			}
		}
		require.Empty(t, complaints(sequence), "seed %d", seed)
		require.NotEmpty(t, complaints(spoil(r, all)), "seed %d", seed)
	}
}

func complaints(sequence []sent) (out []string) {
	var h history
	for _, s := range sequence {
		if _, broken := h.take(s); broken != "" {
			out = append(out, broken)
		}
	}
	return out
}

// spoil swaps two neighbours, or gives a change again with another content.
func spoil(r *rand.Rand, all []sent) []sent {
	out := append([]sent(nil), all...)
	i := r.IntN(len(out) - 1)
	if r.IntN(2) == 0 {
		out[i], out[i+1] = out[i+1], out[i]
		return out
	}
	again := out[i]
	again.images++
	return append(out, again)
}
