package consume

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/schemas/recordbatch"
)

// Broker is where a Reader fetches from.
type Broker struct {
	Addr      net.Addr
	Transport kafka.RoundTripper
}

// Reader reads one partition in order. It hands every offset over exactly once from its
// start on, or fails. Not for concurrent use.
type Reader struct {
	broker    Broker
	topic     string
	partition int
	// Compacted allows offsets to be missing, for topics that keep the newest record of
	// a key only. Anywhere else a missing offset is a lost record.
	Compacted bool
	// MaxBytes is asked for in one fetch; a larger batch still comes whole.
	MaxBytes int32
	// Attempts is how often the same unreadable bytes are fetched before ErrBroken.
	Attempts int
	// Pause is the wait before the second attempt; it grows with each.
	Pause time.Duration
	// Retried, when set, is told of every failure that is tried again.
	Retried func(error)
	// Doubt, when set, is asked before the first answer that follows a failure is believed:
	// in between the topic may have been deleted and made again. What it fails with ends
	// the reading.
	Doubt func(ctx context.Context) error

	next    int64
	end     int64 // the partition's end as last seen, -1 before the first answer
	skipped int64 // offsets that hold no record, legitimately
	chunk   Chunk
	buf     []byte
	faults  int
	failed  bool // the last fetch, not for good
}

// NewReader starts at offset next.
func NewReader(b Broker, topic string, partition int, next int64) *Reader {
	return &Reader{broker: b, topic: topic, partition: partition, next: next, end: -1, MaxBytes: 2 << 20, Attempts: 5, Pause: 200 * time.Millisecond}
}

// Next is the offset of the first record that was not handed over yet.
func (r *Reader) Next() int64 { return r.next }

// Behind is how many offsets the partition held beyond Next at the last answer; 0 is
// caught up.
func (r *Reader) Behind() int64 { return max(0, r.end-r.next) }

// Skipped counts the offsets so far that hold no record: transaction markers and, in
// a compacted topic, what compaction removed.
func (r *Reader) Skipped() int64 { return r.skipped }

// Poll waits up to wait for records at Next and gives them as a Chunk, which may be
// empty and is valid until the next Poll. Transient failures are retried until ctx
// ends; the rest are ErrRetention, ErrBeyondEnd, ErrBroken.
func (r *Reader) Poll(ctx context.Context, wait time.Duration) (*Chunk, error) {
	if r.faults > 0 {
		sleep(ctx, time.Duration(r.faults)*r.Pause) // the same bytes again at once would be the same
	}
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		res, err := r.fetch(ctx, wait)
		if err == nil {
			err = r.accept(ctx, res)
		}
		if r.failed && (err == nil || final(err)) && r.Doubt != nil {
			if doubt := r.Doubt(ctx); doubt != nil { // rule: same-incarnation
				return nil, doubt
			}
		}
		if r.failed = err != nil; err == nil || final(err) {
			return &r.chunk, err
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if r.Retried != nil {
			r.Retried(err)
		}
		sleep(ctx, pause)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

func final(err error) bool {
	return errors.Is(err, ErrRetention) || errors.Is(err, ErrBeyondEnd) || errors.Is(err, ErrBroken)
}

// answerTime is how long beyond its wait an answer may take before the connection is
// given up.
const answerTime = 15 * time.Second

func (r *Reader) fetch(ctx context.Context, wait time.Duration) (*fetchResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, wait+answerTime)
	defer cancel()
	buf := r.buf
	r.buf = nil // given up with a request that is cut off: its answer may still be written
	m, err := r.broker.Transport.RoundTrip(ctx, r.broker.Addr, &fetchRequest{
		topic: r.topic, partition: int32(r.partition), offset: r.next,
		maxWait: int32(wait / time.Millisecond), maxBytes: r.MaxBytes,
		buffer: func(n int) []byte {
			buf = room(buf, n)
			return buf
		},
	})
	if err != nil {
		return nil, fmt.Errorf("fetch %s/%d at %d: %w", r.topic, r.partition, r.next, err)
	}
	r.buf = buf
	return m.(*fetchResponse), nil
}

// room gives n bytes, from b where it is large enough. A buffer that was needed while
// behind is let go once answers are small again: an idle partition must not hold it.
func room(b []byte, n int) []byte {
	const small = 64 << 10
	if cap(b) < n || cap(b) > small && n <= small/2 {
		return make([]byte, n, max(n, small/2))
	}
	return b[:n]
}

func (r *Reader) accept(ctx context.Context, res *fetchResponse) error {
	if res.code != 0 {
		return r.refused(ctx, kafka.Error(res.code))
	}
	r.end = res.highWatermark
	r.chunk = Chunk{r: r, rest: res.records, scratch: r.chunk.scratch}
	return nil
}

// refused sorts a broker's error. OffsetOutOfRange is asked about, never followed to
// wherever the log begins: that would pass over what retention deleted.
func (r *Reader) refused(ctx context.Context, code kafka.Error) error {
	if !errors.Is(code, kafka.OffsetOutOfRange) {
		return fmt.Errorf("fetch %s/%d at %d: %w", r.topic, r.partition, r.next, code)
	}
	first, last, err := r.bounds(ctx)
	switch {
	case err != nil:
		return err
	case first > r.next:
		return &Outside{Topic: r.topic, Partition: r.partition, Wanted: r.next, First: first, End: last, Err: ErrRetention}
	case last < r.next:
		return &Outside{Topic: r.topic, Partition: r.partition, Wanted: r.next, First: first, End: last, Err: ErrBeyondEnd}
	}
	return fmt.Errorf("fetch %s/%d at %d: %w, but the log holds %d to %d", r.topic, r.partition, r.next, code, first, last)
}

func (r *Reader) bounds(ctx context.Context) (first, last int64, err error) {
	c := kafka.Client{Addr: r.broker.Addr, Transport: r.broker.Transport, Timeout: answerTime}
	res, err := c.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{
		r.topic: {kafka.FirstOffsetOf(r.partition), kafka.LastOffsetOf(r.partition)}}})
	if err != nil {
		return 0, 0, fmt.Errorf("list offsets of %s/%d: %w", r.topic, r.partition, err)
	}
	for _, p := range res.Topics[r.topic] {
		if p.Partition == r.partition {
			return p.FirstOffset, p.LastOffset, p.Error
		}
	}
	return 0, 0, fmt.Errorf("list offsets of %s/%d: the answer does not hold it", r.topic, r.partition)
}

// faulty counts a fault at Next. The same place failing again and again is broken for
// good; a place further on starts anew.
func (r *Reader) faulty(err error) error {
	if r.faults++; r.faults >= r.Attempts {
		return fmt.Errorf("%w: %s/%d, %d times: %w", ErrBroken, r.topic, r.partition, r.faults, &fault{r.next, err})
	}
	if r.Retried != nil {
		r.Retried(fmt.Errorf("fetch %s/%d: %w", r.topic, r.partition, &fault{r.next, err}))
	}
	return nil
}

// Record is a view of one record, valid until the next call of Chunk.Next.
type Record = recordbatch.Record

// First is the offset at which the partition's log begins now.
func (r *Reader) First(ctx context.Context) (int64, error) {
	first, _, err := r.bounds(ctx)
	return first, err
}
