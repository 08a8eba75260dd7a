package ledger

import (
	"context"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/tidemark-cdc/tidemark/schemas/position"
)

const group, table = "g", "pg.public.t"

func broker(t *testing.T) (*kfake.Cluster, *kafka.Client) {
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, table))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	transport := &kafka.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return c, &kafka.Client{Addr: kafka.TCP(c.ListenAddrs()...), Transport: transport}
}

// member joins the group and returns the fence of its first generation.
func member(t *testing.T, c *kfake.Cluster) (Fence, *kafka.ConsumerGroup) {
	g, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{ID: group, Brokers: c.ListenAddrs(), Topics: []string{table},
		JoinGroupBackoff: 50 * time.Millisecond, HeartbeatInterval: 50 * time.Millisecond})
	require.NoError(t, err)
	t.Cleanup(func() { _ = g.Close() })
	gen := generation(t, g)
	return Fence{Group: group, Generation: int(gen.ID), Member: gen.MemberID}, g
}

func generation(t *testing.T, g *kafka.ConsumerGroup) *kafka.Generation {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		gen, err := g.Next(ctx)
		if err == nil {
			return gen
		}
		require.NoError(t, ctx.Err(), err)
	}
}

func TestLoadReadsWhatWasCommitted(t *testing.T) {
	c, client := broker(t)
	fence, _ := member(t, c)
	l := New(client, fence, table, 0)
	_, ok, err := l.Load(t.Context())
	require.NoError(t, err)
	require.False(t, ok, "nothing was ever committed")
	require.NoError(t, l.Commit(t.Context(), sealed()))
	got, ok, err := l.Load(t.Context())
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, sealed(), got)
	_, ok, err = New(client, fence, table, 1).Load(t.Context())
	require.NoError(t, err)
	require.False(t, ok, "the other partition has no commit")
}

// A paused owner wakes after its partition was given away: neither its seal nor its
// done may reach the commit.
func TestStaleGenerationIsRefused(t *testing.T) {
	c, client := broker(t)
	fence, g := member(t, c)
	zombie := New(client, fence, table, 0)
	require.NoError(t, zombie.Commit(t.Context(), sealed()))

	member(t, c) // a second member joins: the first one's generation ends
	next := generation(t, g)
	require.Greater(t, int(next.ID), fence.Generation)

	require.ErrorIs(t, zombie.Commit(t.Context(), Entry{Kind: Done, Next: 200}), ErrRefused)
	gone := New(client, Fence{Group: group, Generation: int(next.ID), Member: "nobody"}, table, 0)
	require.ErrorIs(t, gone.Commit(t.Context(), Entry{Kind: Done, Next: 200}), ErrRefused)
	got, _, err := zombie.Load(t.Context())
	require.NoError(t, err)
	require.Equal(t, sealed(), got, "the seal stands for the next owner")
}

func TestCommitWithoutMetadataStops(t *testing.T) {
	c, client := broker(t)
	fence, _ := member(t, c)
	for text, want := range map[string]error{
		"":                   ErrNoMetadata,
		"by another program": ErrMetadata,
		Entry{Kind: Done, Next: 6, State: State{HighWater: position.Position{}}}.Text(): ErrMetadata, // at 7 below: moved by a tool
	} {
		_, err := client.OffsetCommit(t.Context(), &kafka.OffsetCommitRequest{GroupID: group, GenerationID: fence.Generation, MemberID: fence.Member,
			Topics: map[string][]kafka.OffsetCommit{table: {{Partition: 0, Offset: 7, Metadata: text}}}})
		require.NoError(t, err)
		_, _, err = New(client, fence, table, 0).Load(t.Context())
		require.ErrorIs(t, err, want)
	}
}

// A coordinator that restarts must not end a worker, and a commit whose answer was
// lost is written again.
func TestTransientFailuresAreRetried(t *testing.T) {
	c, client := broker(t)
	fence, _ := member(t, c)
	l := New(client, fence, table, 0)
	l.Pause = time.Millisecond
	var told []error
	l.Retried = func(err error) { told = append(told, err) }
	left := 3
	c.ControlKey(int16(kmsg.OffsetCommit), func(r kmsg.Request) (kmsg.Response, error, bool) {
		if left == 0 {
			return nil, nil, false
		}
		left--
		c.KeepControl()
		req := r.(*kmsg.OffsetCommitRequest)
		res := req.ResponseKind().(*kmsg.OffsetCommitResponse)
		rt := kmsg.NewOffsetCommitResponseTopic()
		rt.Topic = table
		rp := kmsg.NewOffsetCommitResponseTopicPartition()
		rp.ErrorCode = kerr.NotCoordinator.Code
		rt.Partitions = append(rt.Partitions, rp)
		res.Topics = append(res.Topics, rt)
		return res, nil, true
	})
	require.NoError(t, l.Commit(t.Context(), sealed()))
	require.Len(t, told, 3)
	got, _, err := l.Load(t.Context())
	require.NoError(t, err)
	require.Equal(t, sealed(), got)
}

func TestCommitEndsWithItsContext(t *testing.T) {
	_, client := broker(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(kafka.ErrGenerationEnded)
	err := New(client, Fence{Group: group, Generation: 1, Member: "m"}, table, 0).Commit(ctx, sealed())
	require.ErrorIs(t, err, kafka.ErrGenerationEnded)
}
