package main

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
	"github.com/tidemark-cdc/tidemark/sink/sinktest"
)

// retention deletes what a partition holds, as a broker does when it is too old.
func (b *bench) retention(partition int, below int64) {
	cl, err := kgo.NewClient(kgo.SeedBrokers(b.topic.Client.Addr.String()))
	require.NoError(b.t, err)
	defer cl.Close()
	req := kmsg.NewPtrDeleteRecordsRequest()
	topic := kmsg.NewDeleteRecordsRequestTopic()
	part := kmsg.NewDeleteRecordsRequestTopicPartition()
	topic.Topic, part.Partition, part.Offset = b.src.Topic(), int32(partition), below
	topic.Partitions = append(topic.Partitions, part)
	req.TimeoutMillis, req.Topics = 10_000, append(req.Topics, topic)
	require.Eventually(b.t, func() bool {
		res, err := req.RequestWith(b.t.Context(), cl)
		return err == nil && res.Topics[0].Partitions[0].ErrorCode == 0
	}, time.Minute, 200*time.Millisecond)
}

// refused runs a sink until it stops, and gives what it says.
func (b *bench) refused() string {
	code, out := b.command("run", "--stop", "process")
	require.Equal(b.t, exitOperator, code, out)
	return out
}

// behind has every partition go on behind what is lost, as the sink's message says.
func (b *bench) behind() {
	for p := range b.src.Partitions {
		code, out := b.command("adopt", b.src.Topic(), strconv.Itoa(p), "--lost")
		require.Zero(b.t, code, out)
		require.Contains(b.t, out, "capture resnapshot --source pg --table")
	}
	require.Equal(b.t, []string{strconv.Itoa(b.src.Partitions)}, clickhousetest.Texts(b.t, b.ch,
		"SELECT toString(count()) FROM ops.dead_letters FINAL WHERE resolved = 0 AND reason = 'lost' AND topic = '"+b.src.Topic()+"'"))
}

// changed lets rows change and go while nothing of it can be read.
func (b *bench) changed() {
	b.src.Forget(100)
	b.src.Rewrite(50)
}

// again is the snapshot that the operator asks capture for; changes go on around it.
func (b *bench) again() {
	b.src.Insert(20) // of these, too, no change tells
	b.src.Begin(b.topic, "again", false)
	b.src.Snapshot(b.topic.Put)
	b.src.End(b.topic, "again")
	b.produce(b.t.Context(), 500)
}

// Retention took records that no sink had read. The sink stops, says which, and the
// commands that it prints bring everything back.
func TestARetentionGapStopsAndIsReadAgain(t *testing.T) {
	b := newBench(t, 12)
	one := b.start(1)
	b.produce(t.Context(), 2_000)
	b.settled(2 * time.Minute)
	b.stop(one)

	read := b.ends(t.Context())
	for range 40 { // lost: nobody reads them any more
		for p := range b.src.Partitions {
			b.topic.Put(sinktest.Record{Partition: p, Key: []byte(`{"id":1}`), Value: []byte("lost")})
		}
	}
	require.NoError(t, b.topic.Flush(t.Context()))
	for p, end := range b.ends(t.Context()) {
		b.retention(p, end)
	}
	b.changed()

	out := b.refused()
	require.Contains(t, out, "records were deleted by retention before they were read")
	require.Contains(t, out, "capture resnapshot --source pg --table ")
	require.Contains(t, out, "sink adopt "+b.src.Topic()+" ")
	require.Contains(t, out, "--lost")
	require.True(t, strings.Contains(out, "offset "+strconv.FormatInt(read[0], 10)+" is wanted") || !strings.Contains(out, b.src.Topic()+"/0:"), out)

	b.behind()
	two := b.start(2)
	b.produce(t.Context(), 300) // before images of rows that raw never held
	b.again()
	b.settled(2 * time.Minute)
	b.stop(two)
}

// A topic was deleted and made again, and has grown beyond the offsets of the old one. Most
// brokers drop the group's commits with the topic, sooner or later; where the commits are
// still there, they count in a topic that is gone.
func TestATopicMadeAnewStopsAndIsReadAgain(t *testing.T) {
	for _, kept := range []bool{false, true} {
		t.Run("commits kept="+strconv.FormatBool(kept), func(t *testing.T) {
			b := newBench(t, 13)
			one := b.start(1)
			b.produce(t.Context(), 500)
			b.settled(2 * time.Minute)
			b.stop(one)

			b.recreated(kept)
			out := b.refused()
			if kept {
				require.Contains(t, out, "the topic is of another incarnation than what was applied")
				require.Contains(t, out, "inc1")
				require.Contains(t, out, "inc2")
			} else {
				require.Contains(t, out, "but the consumer group has no commit for it")
			}
			require.Contains(t, out, "--lost")
			require.Contains(t, out, "capture resnapshot --source pg --table ")

			b.behind()
			two := b.start(2)
			b.produce(t.Context(), 500)
			b.settled(2 * time.Minute)
			b.stop(two)
		})
	}
}

// recreated deletes the topic, makes it again and lets it grow beyond what it held.
func (b *bench) recreated(keep bool) {
	commits := b.commits()
	_, err := b.topic.Client.DeleteTopics(b.t.Context(), &kafka.DeleteTopicsRequest{Topics: []string{b.src.Topic()}})
	require.NoError(b.t, err)
	b.changed()
	require.Eventually(b.t, func() bool {
		res, err := b.topic.Client.Metadata(b.t.Context(), &kafka.MetadataRequest{Topics: []string{b.src.Topic()}})
		return err == nil && len(res.Topics[0].Partitions) == 0
	}, time.Minute, 200*time.Millisecond)
	b.topic, err = sinktest.Create(b.t.Context(), b.topic.Client, b.src.Topic(), b.src.Partitions, "inc2")
	require.NoError(b.t, err)
	b.again()
	b.produce(b.t.Context(), 2_000)
	require.Eventually(b.t, func() bool { // what is put back before the broker drops them would go with them
		return !slices.ContainsFunc(b.commits(), func(c kafka.OffsetCommit) bool { return c.Offset >= 0 })
	}, time.Minute, 200*time.Millisecond)
	if keep {
		res, err := b.topic.Client.OffsetCommit(b.t.Context(), &kafka.OffsetCommitRequest{GroupID: b.src.Table, GenerationID: -1, Topics: map[string][]kafka.OffsetCommit{b.src.Topic(): commits}})
		require.NoError(b.t, err)
		for _, p := range res.Topics[b.src.Topic()] {
			require.NoError(b.t, p.Error)
		}
	}
}

// commits are those of the group for the topic.
func (b *bench) commits() (all []kafka.OffsetCommit) {
	var parts []int
	for p := range b.src.Partitions {
		parts = append(parts, p)
	}
	res, err := b.topic.Client.OffsetFetch(b.t.Context(), &kafka.OffsetFetchRequest{GroupID: b.src.Table, Topics: map[string][]int{b.src.Topic(): parts}})
	require.NoError(b.t, err)
	for _, p := range res.Topics[b.src.Topic()] {
		all = append(all, kafka.OffsetCommit{Partition: p.Partition, Offset: p.CommittedOffset, Metadata: p.Metadata})
	}
	return all
}
