package deadletter

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
)

func letters(topic string, n int) []Letter {
	var all []Letter
	for i := range n {
		all = append(all, Letter{Source: "pg", Topic: topic, Incarnation: "a", Partition: 1, Offset: int64(i), Table: "raw.t",
			Version: position.Position{Commit: 5, Ordinal: uint64(i)}, Op: event.Create, Reason: "range", Err: "too large",
			Key: []byte(fmt.Sprintf("k%d", i)), Value: []byte{0, 0xff, 'v'}, Header: []byte{1, 2}})
	}
	return all
}

func TestProduceKeepsTheOriginalBytes(t *testing.T) {
	c, err := kfake.NewCluster(kfake.NumBrokers(1))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	tr := &kafka.Transport{MetadataTTL: 50 * time.Millisecond}
	t.Cleanup(tr.CloseIdleConnections)
	client := &kafka.Client{Addr: kafka.TCP(c.ListenAddrs()...), Transport: tr}
	require.NoError(t, EnsureTopic(t.Context(), client, 1))
	require.NoError(t, EnsureTopic(t.Context(), client, 1), "it may exist")

	all := letters("t", 3)
	all[1].Value, all[2].Header = nil, nil
	all[2].Value = bytes.Repeat([]byte("x"), 700<<10) // a request of its own
	require.NoError(t, Produce(t.Context(), client, all))

	r, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.ConsumeTopics(topic.DeadLetters), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	require.NoError(t, err)
	defer r.Close()
	var got []*kgo.Record
	for len(got) < 3 {
		f := r.PollFetches(t.Context())
		require.NoError(t, f.Err())
		got = append(got, f.Records()...)
	}
	for i, rec := range got {
		require.Equal(t, all[i].Key, rec.Key)
		require.Equal(t, all[i].Value, rec.Value)
		h := map[string]string{}
		for _, x := range rec.Headers {
			h[x.Key] = string(x.Value)
		}
		require.Equal(t, "t", h[HeaderTopic])
		require.Equal(t, "1", h[HeaderPartition])
		require.Equal(t, fmt.Sprint(i), h[HeaderOffset])
		require.Equal(t, "range", h[HeaderReason])
		require.Equal(t, "too large", h[HeaderError])
		require.Equal(t, string(all[i].Header), h[event.HeaderKey])
	}
}

func TestTableKeepsALetterOnce(t *testing.T) {
	conn := clickhousetest.Connect(t)
	clickhousetest.Ops(t, conn)
	name := fmt.Sprintf("t%d", time.Now().UnixNano())
	all := letters(name, 3)
	for range 2 { // a rebuilt batch writes them again
		require.NoError(t, Insert(t.Context(), conn, all, ""))
	}
	got, err := List(t.Context(), conn, Filter{Topic: name})
	require.NoError(t, err)
	require.Len(t, got, 3)
	require.Equal(t, all[1], got[1].Letter)
	require.False(t, got[1].Resolved)

	got, err = List(t.Context(), conn, Filter{ID: name + "/1/2"})
	require.NoError(t, err)
	require.Len(t, got, 1)
	require.EqualValues(t, 2, got[0].Offset)

	var keys []string
	require.NoError(t, Keys(context.Background(), conn, Open{Topic: name, Incarnation: "a", Partition: 1, Below: 2}, func(k []byte, _ position.Position) { keys = append(keys, string(k)) }))
	require.ElementsMatch(t, []string{"k0", "k1"}, keys, "only those below the offset")
}

// What becomes of a letter is written by two programs without a lock between them: the
// outcome stands, in whatever order they write.
func TestOutcomeStandsWhoeverWritesLast(t *testing.T) {
	conn := clickhousetest.Connect(t)
	clickhousetest.Ops(t, conn)
	for name, order := range map[string][2]bool{"the sink first": {false, true}, "the command first": {true, false}} {
		t.Run(name, func(t *testing.T) {
			topic := fmt.Sprintf("t%d", time.Now().UnixNano())
			require.NoError(t, Insert(t.Context(), conn, letters(topic, 3), ""))
			all := list(t, conn, Filter{Topic: topic})
			all[1].Sent = 40
			for _, command := range order {
				if command {
					require.NoError(t, MarkSent(t.Context(), conn, all[1:2]))
				} else {
					require.NoError(t, Close(t.Context(), conn, topic, "a", 1, []Outcome{{Key: all[1].Key, Version: all[1].Version, Offset: 40, State: StateResolved, Resolution: "applied"}}))
				}
			}
			require.Len(t, list(t, conn, Filter{Topic: topic}), 2)
			got := list(t, conn, Filter{Topic: topic, Resolved: true})
			require.Len(t, got, 3)
			require.Equal(t, StateResolved, got[1].State)
			require.EqualValues(t, 40, got[1].Closed)
			require.Equal(t, all[1].Letter, got[1].Letter, "its evidence stays")
			require.Equal(t, all[1].Time, got[1].Time)
		})
	}
}

// A record that fails again is one trouble, not two.
func TestALetterThatFailsAgainIsListedOnce(t *testing.T) {
	conn := clickhousetest.Connect(t)
	clickhousetest.Ops(t, conn)
	topic := fmt.Sprintf("t%d", time.Now().UnixNano())
	require.NoError(t, Insert(t.Context(), conn, letters(topic, 1), ""))
	first := list(t, conn, Filter{Topic: topic})[0]
	for attempt, at := range []int64{10, 20} {
		again := first.Letter
		again.Offset, again.Again = at, Again{Origin: 0, Attempt: attempt + 1}
		require.NoError(t, Insert(t.Context(), conn, []Letter{again}, ""))
		o := Outcome{Key: first.Key, Version: first.Version, Offset: at, State: StateFailed, Resolution: "failed again"}
		for range 2 { // a rebuilt batch says it again
			require.NoError(t, Close(t.Context(), conn, topic, "a", 1, []Outcome{o}))
		}
		open := list(t, conn, Filter{Topic: topic})
		require.Len(t, open, 1)
		require.Equal(t, at, open[0].Offset)
		require.EqualValues(t, 0, open[0].Origin)
		require.Equal(t, attempt+1, open[0].Again.Attempt)
	}
	require.NoError(t, Close(t.Context(), conn, topic, "a", 1, []Outcome{{Key: first.Key, Version: first.Version, Offset: 30, State: StateResolved}}))
	require.Empty(t, list(t, conn, Filter{Topic: topic}))
	require.Len(t, list(t, conn, Filter{Topic: topic, Resolved: true}), 3)
}

// A worker that rebuilds a sealed range must take the keys for broken that the range's
// worker took for broken.
func TestKeysCountWhatWasClosedSinceTheTakeOver(t *testing.T) {
	conn := clickhousetest.Connect(t)
	clickhousetest.Ops(t, conn)
	topic := fmt.Sprintf("t%d", time.Now().UnixNano())
	all := letters(topic, 3)
	require.NoError(t, Insert(t.Context(), conn, all, ""))
	require.NoError(t, Close(t.Context(), conn, topic, "a", 1, []Outcome{
		{Key: all[0].Key, Version: all[0].Version, Offset: 50, State: StateResolved},
		{Key: all[1].Key, Version: all[1].Version, Offset: 60, State: StateResolved}}))
	kept := list(t, conn, Filter{Topic: topic})
	require.NoError(t, GiveUp(t.Context(), conn, kept, "it is a test"))
	require.Empty(t, list(t, conn, Filter{Topic: topic}))
	for known, want := range map[int64][]string{0: {"k0", "k1", "k2"}, 55: {"k1", "k2"}, 61: {"k2"}} {
		var keys []string
		require.NoError(t, Keys(t.Context(), conn, Open{Topic: topic, Incarnation: "a", Partition: 1, Below: 100, Known: known},
			func(k []byte, _ position.Position) { keys = append(keys, string(k)) }))
		require.ElementsMatch(t, want, keys, known)
	}
}

func list(t *testing.T, q Querier, f Filter) []Kept {
	t.Helper()
	all, err := List(t.Context(), q, f)
	require.NoError(t, err)
	return all
}

func TestAgainIsReadOrIgnored(t *testing.T) {
	for text, want := range map[string]Again{"17/2": {17, 2}, "": {}, "x/1": {}, "1/0": {}, "1": {}, "-1/1": {}} {
		require.Equal(t, want, AgainOf(header(text)), text)
	}
	require.Equal(t, Again{17, 2}, AgainOf(header(Again{17, 2}.Text())))
}

type header string

func (h header) Header(string) ([]byte, bool) { return []byte(h), h != "" }

func TestParseID(t *testing.T) {
	l := Letter{Topic: "pg.public.t", Partition: 3, Offset: 9}
	topic, partition, offset, err := ParseID(l.ID())
	require.NoError(t, err)
	require.Equal(t, "pg.public.t/3/9", fmt.Sprintf("%s/%d/%d", topic, partition, offset))
	for _, id := range []string{"", "t", "t/1", "t/x/1", "t/1/x", "/1/1", "a/b/1/1"} {
		_, _, _, err := ParseID(id)
		require.Error(t, err, id)
	}
}
