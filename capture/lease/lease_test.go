package lease

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/tidemark-cdc/tidemark/schemas/topic"
)

func join(t *testing.T, c *kfake.Cluster) *Lease {
	l, err := Join(Config{Source: "mongo", Brokers: c.ListenAddrs(), Session: 2 * time.Second, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(l.Close)
	return l
}

func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestStandbyWaitsAndTakesOver(t *testing.T) {
	c, err := kfake.NewCluster(kfake.SeedTopics(1, topic.Watermarks), kfake.GroupMinSessionTimeout(time.Second))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	var members []*Lease
	first := join(t, c)
	require.NoError(t, first.Wait(within(t, 20*time.Second)))
	for range 3 { // member ids are random: one of several would steal it from most balancers
		members = append(members, join(t, c))
	}
	for _, m := range members {
		require.Error(t, m.Wait(within(t, 1500*time.Millisecond)))
	}
	select {
	case <-first.Lost():
		t.Fatal("a standby took the lease from a capture that works")
	default:
	}
	first.Close()
	got := make(chan *Lease, len(members))
	for _, m := range members {
		go func() {
			if m.Wait(within(t, 15*time.Second)) == nil {
				got <- m
			}
		}()
	}
	winner := <-got
	time.Sleep(time.Second)
	require.Empty(t, got, "one of them")
	select {
	case <-winner.Lost():
		t.Fatal("it keeps the lease")
	default:
	}
}

func TestTheLastHolderKeepsTheLease(t *testing.T) {
	members := []kafka.GroupMember{
		{ID: "a"}, {ID: "b", UserData: []byte{0, 0, 0, 3}}, {ID: "c", UserData: []byte{0, 0, 0, 9}}, {ID: "d", UserData: []byte{1}},
	}
	parts := []kafka.Partition{{Topic: topic.Watermarks, ID: 0}}
	got := keeper{new(atomic.Int32)}.AssignGroups(members, parts)
	require.Equal(t, kafka.GroupMemberAssignments{"a": {}, "b": {}, "c": {topic.Watermarks: {0}}, "d": {}}, got)
	got = keeper{new(atomic.Int32)}.AssignGroups(members[:1], parts)
	require.Equal(t, []int{0}, got["a"][topic.Watermarks])
}
