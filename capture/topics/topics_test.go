package topics

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
)

func admin(t *testing.T, opts ...kfake.Opt) Admin {
	c, err := kfake.NewCluster(opts...)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return Admin{Client: &kafka.Client{Addr: kafka.TCP(c.ListenAddrs()...), Timeout: 5 * time.Second,
		Transport: &kafka.Transport{MetadataTTL: 100 * time.Millisecond}}}
}

func TestEnsureMakesATopicOnce(t *testing.T) {
	a, ctx := admin(t), context.Background()
	n, created, err := a.Ensure(ctx, ForTable("pg.public.a", 3, 1, time.Hour))
	require.NoError(t, err)
	require.Equal(t, 3, n)
	require.True(t, created)
	n, created, err = a.Ensure(ctx, ForTable("pg.public.a", 8, 1, time.Hour))
	require.NoError(t, err)
	require.Equal(t, 3, n, "what is there counts, not what is asked for")
	require.False(t, created)
	b, err := a.Bounds(ctx, "pg.public.a", 3)
	require.NoError(t, err)
	require.Equal(t, make([]Bounds, 3), b)
	_, err = a.Bounds(ctx, "pg.public.a", 4)
	require.Error(t, err, "partition 3 is not there")
}

func TestSpecsKeepWhatMustBeKept(t *testing.T) {
	require.Equal(t, "-1", ForTable("t", 4, 1, 0).Configs["retention.ms"])
	require.Equal(t, "3600000", ForTable("t", 4, 1, time.Hour).Configs["retention.ms"])
	require.Equal(t, "delete", ForTable("t", 4, 1, 0).Configs["cleanup.policy"])
	require.Equal(t, "compact", ForWatermarks(1).Configs["cleanup.policy"])
	require.NotContains(t, ForWatermarks(1).Configs, "retention.ms")
}

// Retention has taken the markers: a topic that a watermark knows is told by its end, one
// that none knows cannot be told at all.
func TestTrimmedTopics(t *testing.T) {
	var a Admin
	id := &Identity{}
	trimmed := Bounds{First: 5, End: 9}
	require.NoError(t, a.identify(context.Background(), "t", 0, trimmed, &Known{Incarnation: "x", Next: []int64{7}}, id))
	require.True(t, fault.Is(a.identify(context.Background(), "t", 0, trimmed, nil, id), fault.Foreign))
}

func TestCheckNamesWhatBrokersLack(t *testing.T) {
	ctx := context.Background()
	found, err := admin(t, kfake.NumBrokers(1)).Check(ctx, 3, 512<<10)
	require.NoError(t, err)
	require.True(t, preflight.Failed(found))
	require.Contains(t, found[0].Title, "3 replicas are asked of 1 brokers")
	found, err = admin(t, kfake.NumBrokers(3)).Check(ctx, 1, 512<<10)
	require.NoError(t, err)
	require.False(t, preflight.Failed(found))
	require.Len(t, found, 1)
	found, err = admin(t, kfake.NumBrokers(1)).Check(ctx, 1, 1<<30)
	require.NoError(t, err)
	require.True(t, preflight.Failed(found), "%v", found)
}

func TestClassesOfCodes(t *testing.T) {
	for err, want := range map[error]fault.Class{
		kafka.TopicAuthorizationFailed: fault.Denied, kafka.SASLAuthenticationFailed: fault.Denied,
		kafka.ProducerFenced: fault.Fenced, kafka.OutOfOrderSequenceNumber: fault.Session,
		kafka.MessageSizeTooLarge: fault.TooLarge, kafka.InvalidReplicationFactor: fault.Config,
		kafka.NotLeaderForPartition: fault.Unreachable, errors.New("connection refused"): fault.Unreachable,
	} {
		require.Equal(t, want, fault.ClassOf(Failed("x", err)), err)
	}
	known := fault.New(fault.TopicGone, "x", nil, "")
	require.Equal(t, error(known), Failed("y", known), "a class that is given stays")
	require.NoError(t, Failed("x", nil))
}
