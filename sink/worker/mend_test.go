package worker

import (
	"context"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/sink/ledger"
)

// A part that was lost behind its token is put back, and the partition goes on.
func TestALostPartIsPutBack(t *testing.T) {
	for name, up := range map[string]time.Duration{"after a restart": time.Second, "whatever took it": 0} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.commit(8)
			r.server.lost = true
			r.server.staging.up = up
			once := true
			r.server.after = func(table, _ string) error {
				if once && table == "t" {
					once = false
					return lostConnection{}
				}
				return nil
			}
			m := r.start(r.server, nil)
			r.exact()
			r.commit(5)
			r.exact()
			m.stop(t)
			require.Equal(t, 1, r.server.staging.mended)
		})
	}
}

// While a range anywhere is to be mended, no other partition of the topic begins one, and
// the one that mends waits for those that are on their way.
func TestNewRangesWaitForOneThatIsMended(t *testing.T) {
	mended := ledger.Entry{Kind: ledger.Sealed, Next: 5, Range: ledger.Range{First: 5, Last: 9, Slices: 1, Rows: 3, At: time.Now().UTC(), Acked: true}}
	open := mended
	open.Range.Acked = false
	done := ledger.Entry{Kind: ledger.Done, Next: 5}
	for _, c := range []struct {
		name          string
		own           int
		other         ledger.Entry
		mending, busy bool
	}{
		{"the other is done", 0, done, false, false},
		{"the other is on its way", 0, open, false, true},
		{"the other is mended after us", 0, mended, true, false},
		{"the other is mended before us", 1, mended, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			_, err := r.client.CreateTopics(t.Context(), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: "two", NumPartitions: 2, ReplicationFactor: 1}}})
			require.NoError(t, err)
			res, err := r.client.OffsetCommit(t.Context(), &kafka.OffsetCommitRequest{GroupID: r.group, GenerationID: -1,
				Topics: map[string][]kafka.OffsetCommit{"two": {{Partition: 1 - c.own, Offset: 5, Metadata: c.other.Text()}, {Partition: c.own, Offset: 5, Metadata: open.Text()}}}})
			require.NoError(t, err)
			require.NoError(t, res.Topics["two"][0].Error)

			guard := &Guard{Topic: "two", Group: r.group, Kafka: r.client, Patience: time.Hour, Partitions: twoPartitions}
			w := &Worker{table: &Table{Guard: guard}}
			w.a.Partition = c.own
			require.NoError(t, guard.look(t.Context()))
			require.Equal(t, c.mending, w.table.held())
			_, busy, err := w.others(t.Context())
			require.NoError(t, err)
			require.Equal(t, c.busy, busy != "", busy)
		})
	}
}

func twoPartitions(context.Context) (int, error) { return 2, nil }
