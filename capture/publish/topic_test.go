package publish

import (
	"context"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// lived is a broker with topic pg.public.a that a watermark knows and that holds a record.
func lived(t *testing.T) (*kfake.Cluster, *kafka.Client) {
	c := broker(t)
	p, _ := open(t, settings(t, c))
	a := table(t, p, "pg.public.a")
	require.NoError(t, p.Append(a, []byte("k"), []byte("v"), change(1, 1)))
	require.NoError(t, p.Flush(at(1)))
	require.NoError(t, p.Close(within(t, 10*time.Second)))
	return c, &kafka.Client{Addr: kafka.TCP(c.ListenAddrs()...), Transport: &kafka.Transport{MetadataTTL: 100 * time.Millisecond}}
}

func create(t *testing.T, client *kafka.Client, name string, n int) {
	r, err := client.CreateTopics(context.Background(), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: name, NumPartitions: n, ReplicationFactor: 1}}})
	require.NoError(t, err)
	require.NoError(t, r.Errors[name])
}

func remove(t *testing.T, client *kafka.Client, name string) {
	r, err := client.DeleteTopics(context.Background(), &kafka.DeleteTopicsRequest{Topics: []string{name}})
	require.NoError(t, err)
	require.NoError(t, r.Errors[name])
}

func put(t *testing.T, client *kafka.Client, name string, p int, value []byte) {
	r, err := client.Produce(context.Background(), &kafka.ProduceRequest{Topic: name, Partition: p, RequiredAcks: kafka.RequireAll,
		Records: kafka.NewRecordReader(kafka.Record{Value: kafka.NewBytes(value)})})
	require.NoError(t, err)
	require.NoError(t, r.Error)
}

func TestKnownTopicThatChangedIsRefused(t *testing.T) {
	shorten(t, &openTimeout, time.Second)
	other := event.Marker{Kind: event.TopicOpened, Incarnation: "other", Partitions: 4}.Encode()
	for name, change := range map[string]func(*kafka.Client){
		"deleted":  func(k *kafka.Client) { remove(t, k, "pg.public.a") },
		"empty":    func(k *kafka.Client) { remove(t, k, "pg.public.a"); create(t, k, "pg.public.a", 4) },
		"narrower": func(k *kafka.Client) { remove(t, k, "pg.public.a"); create(t, k, "pg.public.a", 3) },
		"recreated": func(k *kafka.Client) {
			remove(t, k, "pg.public.a")
			create(t, k, "pg.public.a", 4)
			for p := range 4 {
				for range 5 {
					put(t, k, "pg.public.a", p, other)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, client := lived(t)
			change(client)
			p, last := open(t, settings(t, c))
			require.NotNil(t, last)
			_, err := p.Topic(within(t, 10*time.Second), "pg.public.a")
			require.True(t, fault.Is(err, fault.TopicGone), "%v", err)
			require.NotEmpty(t, fault.HintOf(err))
		})
	}
}

func TestKnownTopicIsOpenedAgain(t *testing.T) {
	c, _ := lived(t)
	p, last := open(t, settings(t, c))
	a := table(t, p, "pg.public.a")
	require.False(t, a.New())
	require.Equal(t, last.Offsets[0].Incarnation, a.Incarnation())
	for i := range 4 {
		require.Len(t, read(t, c.ListenAddrs(), "pg.public.a", i), int(last.Offsets[0].Next[i]), "no second marker")
	}
}

// A crash came between the topic's creation and its last marker.
func TestUnknownTopicIsAdopted(t *testing.T) {
	c := broker(t)
	client := &kafka.Client{Addr: kafka.TCP(c.ListenAddrs()...)}
	create(t, client, "pg.public.a", 3)
	put(t, client, "pg.public.a", 1, event.Marker{Kind: event.TopicOpened, Incarnation: "first", Partitions: 3}.Encode())
	p, _ := open(t, settings(t, c))
	a := table(t, p, "pg.public.a")
	require.Equal(t, "first", a.Incarnation())
	require.Equal(t, 3, a.Partitions(), "not the 4 of a new topic")
	require.True(t, a.New())
	for i := range 3 {
		got := read(t, c.ListenAddrs(), "pg.public.a", i)
		require.Len(t, got, 1)
		m, err := event.ParseMarker([]byte(got[0].value))
		require.NoError(t, err)
		require.Equal(t, "first", m.Incarnation)
	}
}

func TestForeignTopicIsRefused(t *testing.T) {
	c := broker(t)
	client := &kafka.Client{Addr: kafka.TCP(c.ListenAddrs()...)}
	create(t, client, "pg.public.a", 2)
	put(t, client, "pg.public.a", 0, []byte(`{"somebody":"else"}`))
	p, _ := open(t, settings(t, c))
	_, err := p.Topic(within(t, 10*time.Second), "pg.public.a")
	require.True(t, fault.Is(err, fault.Foreign), "%v", err)
}

func TestTopicDeletedWhileWriting(t *testing.T) {
	shorten(t, &goneAfter, 500*time.Millisecond)
	c := broker(t)
	p, _ := open(t, settings(t, c))
	a := table(t, p, "pg.public.a")
	client := &kafka.Client{Addr: kafka.TCP(c.ListenAddrs()...)}
	remove(t, client, "pg.public.a")
	require.NoError(t, p.Append(a, []byte("k"), []byte("v"), change(1, 1)))
	require.NoError(t, p.Flush(at(1)))
	err := p.Wait(within(t, 10*time.Second), at(1))
	require.True(t, fault.Is(err, fault.TopicGone), "%v", err)
}

func TestTopicRecreatedWhileWriting(t *testing.T) {
	c := broker(t)
	p, _ := open(t, settings(t, c))
	a := table(t, p, "pg.public.a")
	require.NoError(t, p.Append(a, []byte("k"), []byte("v"), change(1, 1)))
	require.NoError(t, p.Flush(at(1)))
	require.NoError(t, p.Wait(within(t, 10*time.Second), at(1)))
	client := &kafka.Client{Addr: kafka.TCP(c.ListenAddrs()...)}
	remove(t, client, "pg.public.a")
	create(t, client, "pg.public.a", 4)
	require.NoError(t, p.Append(a, []byte("k"), []byte("v"), change(2, 1)))
	require.NoError(t, p.Flush(at(2)))
	err := p.Wait(within(t, 10*time.Second), at(2))
	require.Error(t, err)
	require.Contains(t, []fault.Class{fault.TopicGone, fault.Session}, fault.ClassOf(err), "%v", err)
}
