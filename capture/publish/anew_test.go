package publish

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// Partitions that somebody adds stay empty: the keys keep the partitions that they have, for as long as the incarnation lives.
func TestPartitionsAddedByHandAreLeftAlone(t *testing.T) {
	c, client := lived(t)
	_, err := client.CreatePartitions(context.Background(), &kafka.CreatePartitionsRequest{Topics: []kafka.TopicPartitionsConfig{{Name: "pg.public.a", Count: 7}}})
	require.NoError(t, err)
	p, last := open(t, settings(t, c))
	a := table(t, p, "pg.public.a")
	require.Equal(t, 4, a.Partitions())
	require.Equal(t, last.Offsets[0].Incarnation, a.Incarnation())
	for i := range 50 {
		require.NoError(t, p.Append(a, fmt.Appendf(nil, "k%d", i), []byte("v"), change(2, uint64(i))))
	}
	require.NoError(t, p.Flush(at(2)))
	require.NoError(t, p.Wait(within(t, 10*time.Second), at(2)))
	w := marks(t, c.ListenAddrs())
	require.Len(t, w[len(w)-1].Offsets[0].Next, 4)
	for i := 4; i < 7; i++ {
		require.Empty(t, read(t, c.ListenAddrs(), "pg.public.a", i))
	}
}

// A topic that is not the one that was known begins anew where that is asked for, with markers before anything else.
func TestTopicBeginsAnew(t *testing.T) {
	shorten(t, &openTimeout, 2*time.Second)
	for name, change := range map[string]func(*kafka.Client){
		"deleted":  func(k *kafka.Client) { remove(t, k, "pg.public.a") },
		"empty":    func(k *kafka.Client) { remove(t, k, "pg.public.a"); create(t, k, "pg.public.a", 4) },
		"narrower": func(k *kafka.Client) { remove(t, k, "pg.public.a"); create(t, k, "pg.public.a", 3) },
		"written to before it was marked": func(k *kafka.Client) {
			remove(t, k, "pg.public.a")
			create(t, k, "pg.public.a", 5)
			h := change(9, 1)
			_, err := k.Produce(context.Background(), &kafka.ProduceRequest{Topic: "pg.public.a", Partition: 2, RequiredAcks: kafka.RequireAll,
				Records: kafka.NewRecordReader(kafka.Record{Value: kafka.NewBytes([]byte("x")), Headers: []kafka.Header{{Key: event.HeaderKey, Value: h.Append(nil)}}})})
			require.NoError(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, client := lived(t)
			change(client)
			p, last := open(t, settings(t, c))
			a, err := p.Anew(within(t, 20*time.Second), "pg.public.a")
			require.NoError(t, err)
			require.NotEqual(t, last.Offsets[0].Incarnation, a.Incarnation())
			require.True(t, a.New())
			for i := range a.Partitions() {
				got := read(t, c.ListenAddrs(), "pg.public.a", i)
				require.Len(t, got, 1)
				m, err := event.ParseMarker([]byte(got[0].value))
				require.NoError(t, err)
				require.Equal(t, event.Marker{Kind: event.TopicOpened, Incarnation: a.Incarnation(), Partitions: a.Partitions()}, m)
			}
			require.NoError(t, p.Append(a, []byte("k"), []byte("v"), change2))
			require.NoError(t, p.Flush(at(2)))
			require.NoError(t, p.Wait(within(t, 10*time.Second), at(2)))
			w := marks(t, c.ListenAddrs())
			require.Len(t, w[len(w)-1].Offsets, 1)
			require.Equal(t, a.Incarnation(), w[len(w)-1].Offsets[0].Incarnation)
		})
	}
}

var change2 = change(2, 1)

// A topic that is what it was stays it, and one that another program writes is not touched.
func TestAnewKeepsWhatIsThere(t *testing.T) {
	c, client := lived(t)
	p, last := open(t, settings(t, c))
	a, err := p.Anew(within(t, 10*time.Second), "pg.public.a")
	require.NoError(t, err)
	require.Equal(t, last.Offsets[0].Incarnation, a.Incarnation())
	require.NoError(t, p.Close(within(t, 10*time.Second)))

	remove(t, client, "pg.public.a")
	create(t, client, "pg.public.a", 1)
	put(t, client, "pg.public.a", 0, []byte(`{"somebody":"else"}`))
	p, _ = open(t, settings(t, c))
	_, err = p.Anew(within(t, 10*time.Second), "pg.public.a")
	require.True(t, fault.Is(err, fault.Foreign), "%v", err)
	require.Len(t, read(t, c.ListenAddrs(), "pg.public.a", 0), 1)
}

// A point that says nothing of signals forgets none: one that is forgotten would be carried out at every start.
func TestSignalsThatAreDoneStayDone(t *testing.T) {
	c := broker(t)
	p, _ := open(t, settings(t, c))
	pt := at(1)
	pt.Signals = 7
	require.NoError(t, p.Flush(pt))
	require.NoError(t, p.Flush(at(2)))
	require.NoError(t, p.Close(within(t, 10*time.Second)))
	p, last := open(t, settings(t, c))
	require.Equal(t, int64(7), last.Signals)
	require.NoError(t, p.Flush(at(3)))
	require.NoError(t, p.Close(within(t, 10*time.Second)))
	w := marks(t, c.ListenAddrs())
	require.Equal(t, int64(7), w[len(w)-1].Signals)
}
