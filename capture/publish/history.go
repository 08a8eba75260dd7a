package publish

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/topics"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

// history reads the watermarks' topic.
type history struct {
	client *kafka.Client
	source string
}

// load gives the source's last watermark, or nil, and the topic's end at the time.
func (h history) load(ctx context.Context) (last *watermark.Watermark, end int64, err error) {
	err = persist(ctx, "load the last watermark of "+h.source, func(ctx context.Context) error {
		b, err := topics.Admin{Client: h.client}.Bounds(ctx, topic.Watermarks, 1)
		if err != nil {
			return err
		}
		end = b[0].End
		last, err = h.last(ctx, b[0])
		return err
	})
	return last, end, err
}

// between gives the source's last watermark in [lo, hi), or nil.
func (h history) between(ctx context.Context, lo, hi int64) (last *watermark.Watermark, err error) {
	err = persist(ctx, "look for watermarks of an older session", func(ctx context.Context) error {
		last, err = h.last(ctx, topics.Bounds{First: lo, End: hi})
		return err
	})
	return last, err
}

// last gives the source's last watermark in [b.First, b.End), or nil. It reads windows
// from the end backwards, each twice the one before: the last watermark of a source that
// runs is near the end, and one that rested for a year is found as well.
func (h history) last(ctx context.Context, b topics.Bounds) (*watermark.Watermark, error) {
	size := int64(1000)
	for hi := b.End; hi > b.First; size *= 2 {
		lo := max(b.First, hi-size)
		w, err := h.window(ctx, lo, hi)
		if err != nil || w != nil {
			return w, err
		}
		hi = lo
	}
	return nil, nil
}

// window gives the source's last watermark in [lo, hi). Compaction leaves holes in it.
func (h history) window(ctx context.Context, lo, hi int64) (last *watermark.Watermark, err error) {
	for empty := 0; lo < hi; {
		next, w, err := h.fetch(ctx, lo, hi)
		if err != nil {
			return nil, err
		}
		last = later(last, w)
		if next > lo {
			lo, empty = next, 0
			continue
		}
		if empty++; empty > 5 {
			return nil, fault.New(fault.Unreachable, "read "+topic.Watermarks,
				fmt.Errorf("the broker sends nothing at offset %d, and ends at %d", lo, hi), "")
		}
	}
	return last, nil
}

// fetch reads what the broker sends at offset lo and gives the offset to go on from.
func (h history) fetch(ctx context.Context, lo, hi int64) (next int64, last *watermark.Watermark, err error) {
	r, err := h.client.Fetch(ctx, &kafka.FetchRequest{Topic: topic.Watermarks, Offset: lo,
		MinBytes: 1, MaxBytes: 8 << 20, MaxWait: 500 * time.Millisecond})
	if err == nil {
		err = r.Error
	}
	if err != nil {
		return lo, nil, fmt.Errorf("read %s at offset %d: %w", topic.Watermarks, lo, err)
	}
	next = lo
	for {
		rec, err := r.Records.ReadRecord()
		if errors.Is(err, io.EOF) {
			return next, last, nil
		}
		if err != nil {
			return lo, nil, fmt.Errorf("read %s at offset %d: %w", topic.Watermarks, next, err)
		}
		w, err := h.parse(rec)
		if err != nil {
			return lo, nil, err
		}
		if rec.Offset >= lo && rec.Offset < hi {
			last = later(last, w)
		}
		next = max(next, rec.Offset+1)
	}
}

// later gives b unless it is nil or says less than a: a capture that was fenced while it
// took over may have written an older watermark again behind a newer one.
func later(a, b *watermark.Watermark) *watermark.Watermark {
	if b == nil || a != nil && b.Position.Before(a.Position) {
		return a
	}
	return b
}

// parse gives the record's watermark, or nil where it is of another source.
func (h history) parse(rec *kafka.Record) (*watermark.Watermark, error) {
	key, err := kafka.ReadAll(rec.Key)
	if err != nil || string(key) != h.source {
		return nil, err
	}
	value, err := kafka.ReadAll(rec.Value)
	if err != nil {
		return nil, err
	}
	w, err := watermark.Parse(value)
	if err != nil {
		return nil, fault.New(fault.Foreign, fmt.Sprintf("read %s at offset %d", topic.Watermarks, rec.Offset), err,
			"Another program writes to the topic, or a newer version of this one did.")
	}
	return w, nil
}
