package publish

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

// Connections break before requests and before answers, and leaders move, while records
// are written: each must be in its partition once and in order, and every watermark must
// hold at the time it is written.
func TestLostAnswersNeitherLoseNorDoubleNorReorder(t *testing.T) {
	c := broker(t)
	l := &lossy{random: rand.New(rand.NewPCG(1, 2))}
	cfg := settings(t, c)
	cfg.Transport, cfg.BatchBytes, cfg.MaxBytes, cfg.Mark = l.transport(), 2<<10, 32<<10, time.Millisecond
	p, _ := open(t, cfg)
	tt := table(t, p, "pg.public.a")
	l.on.Store(true)
	const commits = 300
	n := 0
	for commit := uint64(1); commit <= commits; commit++ {
		for ordinal := range uint64(20) {
			n++
			require.NoError(t, p.Append(tt, fmt.Appendf(nil, "key-%d", n%37), fmt.Appendf(nil, "%d", n), change(commit, ordinal+1)))
		}
		require.NoError(t, p.Commit(at(commit)))
		if commit%100 == 0 {
			c.ShufflePartitionLeaders()
		}
	}
	require.NoError(t, p.Flush(at(commits)))
	require.NoError(t, p.Wait(within(t, 60*time.Second), at(commits)))
	l.on.Store(false)
	require.Greater(t, l.lost.Load(), int64(20), "the test must have lost answers")

	published(t, c.ListenAddrs(), "pg.public.a", n)
}

// Renewing the session while batches are on their way neither loses nor doubles.
func TestRenewedSessionGoesOn(t *testing.T) {
	c := broker(t)
	cfg := settings(t, c)
	cfg.Renew, cfg.BatchBytes, cfg.Mark = time.Millisecond, 1<<10, time.Millisecond
	p, _ := open(t, cfg)
	tt := table(t, p, "pg.public.a")
	const n = 3000
	for i := range n {
		require.NoError(t, p.Append(tt, fmt.Appendf(nil, "%d", i), []byte("v"), change(uint64(i+1), 1)))
		require.NoError(t, p.Commit(at(uint64(i+1))))
	}
	require.NoError(t, p.Flush(at(n)))
	require.NoError(t, p.Wait(within(t, 30*time.Second), at(n)))
	p.session.mu.RLock()
	require.Greater(t, p.session.renewals, 1)
	p.session.mu.RUnlock()
	published(t, c.ListenAddrs(), "pg.public.a", n)
}

func TestSecondCaptureFencesTheFirst(t *testing.T) {
	c := broker(t)
	first, _ := open(t, settings(t, c))
	a := table(t, first, "pg.public.a")
	require.NoError(t, first.Append(a, []byte("k"), []byte("1"), change(1, 1)))
	require.NoError(t, first.Flush(at(1)))
	require.NoError(t, first.Wait(within(t, 5*time.Second), at(1)))

	_, last := open(t, settings(t, c))
	require.Equal(t, at(1).Position, last.Position)
	require.NoError(t, first.Append(a, []byte("k"), []byte("2"), change(2, 1)))
	require.NoError(t, first.Flush(at(2)))
	err := first.Wait(within(t, 10*time.Second), at(2))
	require.True(t, fault.Is(err, fault.Fenced), "%v", err)
	require.Equal(t, fault.Stop, fault.ActionOf(err))
	require.Equal(t, at(1).Position, first.Confirmed().Position, "what the new capture does not know is not confirmed")
	select {
	case <-first.Done():
	default:
		t.Fatal("a fenced publisher has ended")
	}
}

// An old capture writes one more watermark while the new one takes over (Kafka fences a
// partition only from the new session's first write to it on): the new one must begin
// from that, else it would carry forward offsets that are too low.
func TestTakeOverSeesTheOldOnesLastWatermark(t *testing.T) {
	c, client := lived(t)
	late := marks(t, c.ListenAddrs())
	w := late[len(late)-1]
	w.Position.Commit, w.Offsets[0].Next[0] = 2, 100
	value, err := w.Encode()
	require.NoError(t, err)
	c.ControlKey(int16(kmsg.Fetch), func(kmsg.Request) (kmsg.Response, error, bool) {
		// The new one has asked for the end and reads what lies below it.
		c.SleepControl(func() {
			r, err := client.Produce(context.Background(), &kafka.ProduceRequest{Topic: topic.Watermarks, RequiredAcks: kafka.RequireAll,
				Records: kafka.NewRecordReader(kafka.Record{Key: kafka.NewBytes([]byte("pg")), Value: kafka.NewBytes(value)})})
			require.NoError(t, err)
			require.NoError(t, r.Error)
		})
		return nil, nil, false
	})
	p, last := open(t, settings(t, c))
	require.Equal(t, w, last)
	require.Equal(t, uint64(2), p.Confirmed().Position.Commit)
	all := marks(t, c.ListenAddrs())
	require.Equal(t, w, all[len(all)-1], "the newest stands last, for readers of a compacted topic")
}

func TestCodesEndOrRepeat(t *testing.T) {
	for _, test := range []struct {
		code  int16
		class fault.Class
	}{
		{kerr.MessageTooLarge.Code, fault.TooLarge},
		{kerr.OutOfOrderSequenceNumber.Code, fault.Session},
		{kerr.UnknownProducerID.Code, fault.Session},
		{kerr.InvalidProducerEpoch.Code, fault.Fenced},
		{kerr.ProducerFenced.Code, fault.Fenced},
		{kerr.TopicAuthorizationFailed.Code, fault.Denied},
		{kerr.PolicyViolation.Code, fault.Config},
		{kerr.NotLeaderForPartition.Code, ""},
		{kerr.NotEnoughReplicas.Code, ""},
		{kerr.UnknownTopicOrPartition.Code, ""},
		{kerr.RequestTimedOut.Code, ""},
		{kerr.KafkaStorageError.Code, ""},
		{1234, ""},
	} {
		c := broker(t)
		p, _ := open(t, settings(t, c))
		a := table(t, p, "pg.public.a")
		c.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
			return refuse(r.(*kmsg.ProduceRequest), test.code), nil, true // once
		})
		require.NoError(t, p.Append(a, []byte("k"), []byte("v"), change(1, 1)))
		require.NoError(t, p.Flush(at(1)))
		err := p.Wait(within(t, 10*time.Second), at(1))
		if test.class == "" {
			require.NoError(t, err, "code %d", test.code)
			continue
		}
		require.True(t, fault.Is(err, test.class), "code %d: %v", test.code, err)
		require.ErrorContains(t, err, "pg.public.a/")
	}
}

func refuse(r *kmsg.ProduceRequest, code int16) kmsg.Response {
	resp := r.ResponseKind().(*kmsg.ProduceResponse)
	for _, rt := range r.Topics {
		st := kmsg.NewProduceResponseTopic()
		st.Topic = rt.Topic
		for _, rp := range rt.Partitions {
			sp := kmsg.NewProduceResponseTopicPartition()
			sp.Partition, sp.ErrorCode, sp.BaseOffset = rp.Partition, code, -1
			st.Partitions = append(st.Partitions, sp)
		}
		resp.Topics = append(resp.Topics, st)
	}
	return resp
}

// A broker that has forgotten where a batch went answers [46] without an offset: the
// watermark must still lie behind it.
func TestDuplicateSequenceFindsItsOffset(t *testing.T) {
	c := broker(t)
	l := &lossy{}
	cfg := settings(t, c)
	cfg.Transport = l.transport()
	p, _ := open(t, cfg)
	a := table(t, p, "pg.public.a")
	requests := 0
	c.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		if requests++; requests == 2 { // the first was written, its answer lost
			return refuse(r.(*kmsg.ProduceRequest), kerr.DuplicateSequenceNumber.Code), nil, true
		}
		return nil, nil, false
	})
	require.NoError(t, p.Append(a, []byte("k"), []byte("1"), change(1, 1)))
	require.NoError(t, p.Append(a, []byte("k"), []byte("2"), change(1, 2)))
	l.once.Store(true)
	require.NoError(t, p.Flush(at(1)))
	require.NoError(t, p.Wait(within(t, 10*time.Second), at(1)))
	require.Equal(t, int64(1), l.lost.Load())
	w := marks(t, c.ListenAddrs())
	next, _ := w[len(w)-1].Offset("pg.public.a", topic.Partition([]byte("k"), 4))
	require.Equal(t, int64(3), next)
}

func TestUnreachableBrokerIsSaidSo(t *testing.T) {
	shorten(t, &openTimeout, 300*time.Millisecond)
	_, _, err := Open(context.Background(), Config{Source: "pg", Brokers: []string{"127.0.0.1:1"},
		Transport: &kafka.Transport{MetadataTTL: 50 * time.Millisecond}})
	require.True(t, fault.Is(err, fault.Unreachable), "%v", err)
}

func TestAppendLeavesItsWaitWhenTheContextEnds(t *testing.T) {
	c := broker(t)
	cfg := settings(t, c)
	cfg.MaxBytes = 1000
	ctx, cancel := context.WithCancelCause(context.Background())
	p, _, err := Open(ctx, cfg)
	require.NoError(t, err)
	a := table(t, p, "pg.public.a")
	c.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		return refuse(r.(*kmsg.ProduceRequest), kerr.NotEnoughReplicas.Code), nil, true
	})
	stopped := errors.New("stopped")
	time.AfterFunc(50*time.Millisecond, func() { cancel(stopped) })
	require.ErrorIs(t, p.Append(a, []byte("k"), make([]byte, 2000), change(1, 1)), stopped)
	require.NoError(t, p.Flush(at(1)))
	short, end := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer end()
	require.ErrorIs(t, p.Close(short), context.DeadlineExceeded)
}

func shorten(t *testing.T, d *time.Duration, to time.Duration) {
	before := *d
	*d = to
	t.Cleanup(func() { *d = before })
}

// A capture that was fenced while it took over had written the older watermark again.
func TestNewestWatermarkWinsOverALaterOlderOne(t *testing.T) {
	c, client := lived(t)
	all := marks(t, c.ListenAddrs())
	older := all[len(all)-1]
	newer := *older
	newer.Position.Commit = 9
	for _, w := range []*watermark.Watermark{&newer, older} {
		value, err := w.Encode()
		require.NoError(t, err)
		r, err := client.Produce(context.Background(), &kafka.ProduceRequest{Topic: topic.Watermarks, RequiredAcks: kafka.RequireAll,
			Records: kafka.NewRecordReader(kafka.Record{Key: kafka.NewBytes([]byte("pg")), Value: kafka.NewBytes(value)})})
		require.NoError(t, err)
		require.NoError(t, r.Error)
	}
	_, last := open(t, settings(t, c))
	require.Equal(t, uint64(9), last.Position.Commit)
}

// The last watermark of a source that rested lies far behind what others wrote since.
func TestOldWatermarkIsFoundBehindMany(t *testing.T) {
	c, client := lived(t)
	other := watermark.Watermark{Source: "other"}
	value, err := other.Encode()
	require.NoError(t, err)
	for range 5 {
		records := make([]kafka.Record, 800)
		for i := range records {
			records[i] = kafka.Record{Key: kafka.NewBytes([]byte("other")), Value: kafka.NewBytes(value)}
		}
		r, err := client.Produce(context.Background(), &kafka.ProduceRequest{Topic: topic.Watermarks, RequiredAcks: kafka.RequireAll, Records: kafka.NewRecordReader(records...)})
		require.NoError(t, err)
		require.NoError(t, r.Error)
	}
	_, last := open(t, settings(t, c))
	require.Equal(t, uint64(1), last.Position.Commit)
}
