package signal

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
)

func brokers(t *testing.T) *kafka.Client {
	c, err := kfake.NewCluster(kfake.NumBrokers(1))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return &kafka.Client{Addr: kafka.TCP(c.ListenAddrs()...), Timeout: 5 * time.Second, Transport: &kafka.Transport{MetadataTTL: 50 * time.Millisecond}}
}

func send(t *testing.T, client *kafka.Client, s Signal) Signal {
	t.Helper()
	sent, err := Send(t.Context(), client, 1, s)
	require.NoError(t, err)
	return sent
}

func since(t *testing.T, client *kafka.Client, source string, next int64) Due {
	t.Helper()
	due, err := Inbox{Client: client, Source: source, Logger: slog.New(slog.DiscardHandler)}.Since(t.Context(), next)
	require.NoError(t, err)
	return due
}

// What was sent is found once, by the source that it is for, and by nobody who has done it.
func TestASignalIsFoundUntilItIsDone(t *testing.T) {
	client := brokers(t)
	first := send(t, client, Signal{Source: "pg", Kind: Resnapshot, Tables: []string{"public.a", "public.b"}, Reason: "why"})
	send(t, client, Signal{Source: "mongo", Kind: Resnapshot})
	last := send(t, client, Signal{Source: "pg", Kind: Resnapshot, Tables: []string{"public.b", "public.c"}})
	require.NotEmpty(t, first.ID)
	require.NotEqual(t, first.ID, last.ID)

	due := since(t, client, "pg", 0)
	require.Equal(t, []string{"public.a", "public.b", "public.c"}, due.Tables)
	require.False(t, due.Whole)
	require.Equal(t, int64(3), due.Next)
	require.Equal(t, []Signal{first, last}, due.Signals)

	require.Equal(t, []string{"public.b", "public.c"}, since(t, client, "pg", first.Offset+1).Tables)
	done := since(t, client, "pg", due.Next)
	require.False(t, done.Any())
	require.Equal(t, due.Next, done.Next)
	require.True(t, since(t, client, "mongo", 0).Whole)
}

// A new snapshot of all contains what else is asked, in either order.
func TestWholeContainsTables(t *testing.T) {
	client := brokers(t)
	send(t, client, Signal{Source: "pg", Kind: Resnapshot, Tables: []string{"public.a"}})
	send(t, client, Signal{Source: "pg", Kind: Resnapshot})
	send(t, client, Signal{Source: "pg", Kind: Resnapshot, Tables: []string{"public.b"}})
	due := since(t, client, "pg", 0)
	require.True(t, due.Whole)
	require.Empty(t, due.Tables)
	require.True(t, due.Has("public.anything"))
	require.Equal(t, fault.Retry, fault.ActionOf(Restart(due)))
}

// What nobody can read, or a kind of a later version, keeps no capture from running.
func TestWhatIsNoSignalAsksForNothing(t *testing.T) {
	client := brokers(t)
	send(t, client, Signal{Source: "pg", Kind: "dance"})
	for _, text := range []string{"", "{}", "[1]", `{"source":"pg"}`} {
		_, err := client.Produce(t.Context(), &kafka.ProduceRequest{Topic: topic.Signals, RequiredAcks: kafka.RequireAll, Records: kafka.NewRecordReader(kafka.Record{Value: kafka.NewBytes([]byte(text))})})
		require.NoError(t, err)
	}
	due := since(t, client, "pg", 0)
	require.False(t, due.Any())
	require.Equal(t, int64(5), due.Next)
}

// A source that runs hears of a signal that is sent meanwhile, and not of one that it has done.
func TestWatch(t *testing.T) {
	client := brokers(t)
	done := send(t, client, Signal{Source: "pg", Kind: Resnapshot})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	watch := Inbox{Client: client, Source: "pg", Logger: slog.New(slog.DiscardHandler)}.Watch(ctx, done.Offset+1)
	select {
	case <-watch:
		require.Fail(t, "a signal that is done")
	case <-time.After(300 * time.Millisecond):
	}
	send(t, client, Signal{Source: "other", Kind: Resnapshot})
	sent := send(t, client, Signal{Source: "pg", Kind: Resnapshot, Tables: []string{"public.a"}})
	select {
	case due := <-watch:
		require.Equal(t, []Signal{sent}, due.Signals)
		require.Equal(t, sent.Offset+1, due.Next)
	case <-time.After(20 * time.Second):
		require.Fail(t, "the signal does not come")
	}
}

// A topic that was deleted and made again counts from 0: what it holds is new.
func TestATopicMadeAgainIsReadFromItsBeginning(t *testing.T) {
	client := brokers(t)
	send(t, client, Signal{Source: "pg", Kind: Resnapshot})
	due := since(t, client, "pg", 17)
	require.True(t, due.Whole)
	require.Equal(t, int64(1), due.Next)
}
