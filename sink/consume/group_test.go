package consume

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func cluster(t *testing.T, topics ...string) *kfake.Cluster {
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(4, topics...), kfake.GroupMinSessionTimeout(time.Second))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func transport(t *testing.T) *kafka.Transport {
	tr := &kafka.Transport{MetadataTTL: 100 * time.Millisecond}
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

func testGroup(t *testing.T, c *kfake.Cluster, topics ...string) *Group {
	return &Group{ID: "g", Brokers: c.ListenAddrs(), Topics: topics,
		Client:    &kafka.Client{Addr: kafka.TCP(c.ListenAddrs()...), Transport: transport(t)},
		Heartbeat: 20 * time.Millisecond, Backoff: 20 * time.Millisecond, Watch: 20 * time.Millisecond, Session: 2 * time.Second}
}

// owners notes who works on what, and fails when two members of one generation do.
type owners struct {
	sync.Mutex
	now map[string]int
}

func (o *owners) work(ctx context.Context, a Assignment) error {
	k := fmt.Sprintf("%s/%d", a.Topic, a.Partition)
	o.Lock()
	o.now[k]++
	o.Unlock()
	<-ctx.Done()
	o.Lock()
	o.now[k]--
	o.Unlock()
	return nil
}

func (o *owners) each(t *testing.T, n int) {
	require.Eventually(t, func() bool {
		o.Lock()
		defer o.Unlock()
		held := 0
		for _, c := range o.now {
			if c > 1 {
				return false
			}
			held += c
		}
		return held == n
	}, 20*time.Second, 5*time.Millisecond)
}

func run(t *testing.T, g *Group, work func(context.Context, Assignment) error) (stop func() error) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx, work) }()
	return func() error {
		cancel()
		return <-done
	}
}

func TestGroupSharesPartitionsAndTakesOver(t *testing.T) {
	c := cluster(t, "a", "b")
	o := &owners{now: map[string]int{}}
	var mine, yours owners
	mine.now, yours.now = map[string]int{}, map[string]int{}
	both := func(p *owners) func(context.Context, Assignment) error {
		return func(ctx context.Context, a Assignment) error {
			go p.work(ctx, a)
			return o.work(ctx, a)
		}
	}
	stop1 := run(t, testGroup(t, c, "a", "b"), both(&mine))
	o.each(t, 8)
	stop2 := run(t, testGroup(t, c, "a", "b"), both(&yours))
	yours.each(t, 4)
	mine.each(t, 4)
	o.each(t, 8)
	require.NoError(t, stop1())
	yours.each(t, 8)
	require.NoError(t, stop2())
	o.each(t, 0)
}

func TestGroupJoinsAgainWhenATopicAppears(t *testing.T) {
	c := cluster(t, "a")
	o := &owners{now: map[string]int{}}
	stop := run(t, testGroup(t, c, "a", "late"), o.work)
	o.each(t, 4)
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...))
	require.NoError(t, err)
	defer cl.Close()
	req := kmsg.NewPtrCreateTopicsRequest()
	topic := kmsg.NewCreateTopicsRequestTopic()
	topic.Topic, topic.NumPartitions, topic.ReplicationFactor = "late", 2, 1
	req.Topics = append(req.Topics, topic)
	_, err = req.RequestWith(t.Context(), cl)
	require.NoError(t, err)
	o.each(t, 6)
	require.NoError(t, stop())
}

func TestGroupEndsWithTheErrorOfItsWork(t *testing.T) {
	c := cluster(t, "a")
	err := testGroup(t, c, "a").Run(t.Context(), func(ctx context.Context, a Assignment) error {
		if a.Partition == 2 {
			return ErrRetention
		}
		<-ctx.Done()
		return nil
	})
	require.ErrorIs(t, err, ErrRetention)
}

func TestGroupOutlivesItsCoordinator(t *testing.T) {
	c := cluster(t, "a")
	g := testGroup(t, c, "a")
	failures := 3
	c.ControlKey(int16(kmsg.JoinGroup), func(r kmsg.Request) (kmsg.Response, error, bool) {
		if failures == 0 {
			return nil, nil, false
		}
		failures--
		c.KeepControl()
		res := r.ResponseKind().(*kmsg.JoinGroupResponse)
		res.ErrorCode = kerr.CoordinatorNotAvailable.Code
		return res, nil, true
	})
	o := &owners{now: map[string]int{}}
	stop := run(t, g, o.work)
	o.each(t, 4)
	require.NoError(t, stop())
}

func produce(t *testing.T, c *kfake.Cluster, topic string, partition, n int) {
	cl := &kafka.Client{Addr: kafka.TCP(c.ListenAddrs()...), Transport: transport(t)}
	var rs []kafka.Record
	for i := range n {
		rs = append(rs, kafka.Record{Value: kafka.NewBytes(fmt.Appendf(nil, "%d", i))})
	}
	res, err := cl.Produce(t.Context(), &kafka.ProduceRequest{Topic: topic, Partition: partition, RequiredAcks: kafka.RequireAll, Records: kafka.NewRecordReader(rs...)})
	require.NoError(t, err)
	require.NoError(t, res.Error)
}

func TestReaderAgainstABroker(t *testing.T) {
	c := cluster(t, "a")
	produce(t, c, "a", 1, 700)
	produce(t, c, "a", 1, 1)
	b := Broker{Addr: kafka.TCP(c.ListenAddrs()...), Transport: transport(t)}
	r := NewReader(b, "a", 1, 650)
	got, err := read(t, r, 701)
	require.NoError(t, err)
	require.Len(t, got, 51)

	_, err = NewReader(b, "a", 1, 702).Poll(t.Context(), time.Millisecond)
	require.ErrorIs(t, err, ErrBeyondEnd)

	cl, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...))
	require.NoError(t, err)
	defer cl.Close()
	req := kmsg.NewPtrDeleteRecordsRequest()
	topic := kmsg.NewDeleteRecordsRequestTopic()
	part := kmsg.NewDeleteRecordsRequestTopicPartition()
	topic.Topic, part.Partition, part.Offset = "a", 1, 700
	topic.Partitions = append(topic.Partitions, part)
	req.Topics = append(req.Topics, topic)
	_, err = req.RequestWith(t.Context(), cl)
	require.NoError(t, err)
	_, err = NewReader(b, "a", 1, 650).Poll(t.Context(), time.Millisecond)
	require.ErrorIs(t, err, ErrRetention)
	require.ErrorContains(t, err, "650 is wanted, the log holds 700 to 700")
}
