package main

import (
	"context"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
)

// The tidemark reaches a watermark only when all that lies below its offsets is applied.
func TestTidemarkFollowsWhatIsApplied(t *testing.T) {
	b := newBench(t, 8)
	_, err := b.topic.Client.CreateTopics(t.Context(), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: topic.Watermarks, NumPartitions: 1, ReplicationFactor: 1}}})
	require.NoError(t, err)
	source := "src-" + b.src.Table
	sink := b.start(1)
	b.produce(t.Context(), 3_000)

	at := b.src.Next(event.Create).Version // behind all that was produced
	w := watermark.Watermark{Source: source, Position: at, CommitTime: time.Now().UnixMicro(), Complete: true, Fingerprint: "f",
		Offsets: []watermark.TopicOffsets{{Topic: b.src.Topic(), Incarnation: "inc1", Next: b.ends(t.Context())}}}
	b.watermark(w)
	ahead := w // what no sink can have reached yet
	ahead.Position = b.src.Next(event.Create).Version
	ahead.Offsets = []watermark.TopicOffsets{{Topic: b.src.Topic(), Incarnation: "inc1", Next: []int64{1 << 40, 0, 0, 0}}}
	b.watermark(ahead)
	b.settled(time.Minute)

	for tries := 0; ; tries++ {
		got := clickhousetest.Texts(t, b.ch, "SELECT position FROM ops.tidemark WHERE source = "+clickhouse.Text(source))
		if len(got) == 1 {
			require.Equal(t, at.String(), got[0])
			break
		}
		require.Less(t, tries, 600, "no tidemark")
		time.Sleep(50 * time.Millisecond)
	}
	b.stop(sink)
}

func (b *bench) watermark(w watermark.Watermark) {
	value, err := w.Encode()
	require.NoError(b.t, err)
	res, err := b.topic.Client.Produce(b.t.Context(), &kafka.ProduceRequest{Topic: topic.Watermarks, Partition: 0, RequiredAcks: kafka.RequireAll,
		Records: kafka.NewRecordReader(kafka.Record{Key: kafka.NewBytes([]byte(w.Source)), Value: kafka.NewBytes(value)})})
	require.NoError(b.t, err)
	require.NoError(b.t, res.Error)
}

func (b *bench) ends(ctx context.Context) []int64 {
	ends, err := b.topic.Ends(ctx)
	require.NoError(b.t, err)
	return ends
}
