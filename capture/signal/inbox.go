package signal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/capture/topics"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
)

// Inbox reads the signals to one source.
type Inbox struct {
	Client *kafka.Client
	Source string
	Logger *slog.Logger
}

// Since reads what is asked from offset next on, up to the topic's end. A topic that ends before next was made again: then
// all that it holds is new. It is one attempt.
func (i Inbox) Since(ctx context.Context, next int64) (Due, error) {
	b, err := topics.Admin{Client: i.Client}.Bounds(ctx, topic.Signals, 1)
	if err != nil {
		return Due{}, err
	}
	if next > b[0].End || next < b[0].First {
		next = b[0].First
	}
	due := Due{Next: next}
	for empty := 0; due.Next < b[0].End; {
		at := due.Next
		if err := i.fetch(ctx, &due, 500*time.Millisecond); err != nil {
			return Due{}, err
		}
		if due.Next > at {
			empty = 0
		} else if empty++; empty > 5 {
			return Due{}, topics.Failed("read "+topic.Signals, fmt.Errorf("the broker sends nothing at offset %d, and ends at %d", at, b[0].End))
		}
	}
	return due, nil
}

// fetch adds what the broker has at due.Next, waiting up to wait for something.
func (i Inbox) fetch(ctx context.Context, due *Due, wait time.Duration) error {
	doing := fmt.Sprintf("read %s at offset %d", topic.Signals, due.Next)
	r, err := i.Client.Fetch(ctx, &kafka.FetchRequest{Topic: topic.Signals, Offset: due.Next, MinBytes: 1, MaxBytes: 1 << 20, MaxWait: wait})
	if err == nil {
		err = r.Error
	}
	if err != nil {
		return topics.Failed(doing, err)
	}
	for {
		rec, err := r.Records.ReadRecord()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return topics.Failed(doing, err)
		}
		if err := i.take(due, rec); err != nil {
			return topics.Failed(doing, err)
		}
	}
}

// take adds one record. What nobody can read asks for nothing: it must not keep the capture from running.
func (i Inbox) take(due *Due, rec *kafka.Record) error {
	if rec.Offset < due.Next {
		return nil
	}
	value, err := kafka.ReadAll(rec.Value)
	if err != nil {
		return err
	}
	due.Next = rec.Offset + 1
	s, err := Parse(value)
	if err != nil {
		i.Logger.Warn("a record of "+topic.Signals+" is no signal", "offset", rec.Offset, "err", err)
		return nil
	}
	s.Offset = rec.Offset
	if s.Source != i.Source {
		return nil
	}
	if s.Kind != Resnapshot && s.Kind != Restate {
		i.Logger.Warn("a signal of a kind that this version does not know", "kind", s.Kind, "id", s.ID)
	}
	due.add(s)
	return nil
}

// Watch gives what is asked from offset next on, once something is, and then ends. It waits in the broker, and tries again
// for ever where that fails. The channel gives nothing when ctx ends.
func (i Inbox) Watch(ctx context.Context, next int64) <-chan Due {
	out := make(chan Due, 1)
	go func() {
		due := Due{Next: next}
		for ctx.Err() == nil {
			err := i.fetch(ctx, &due, time.Second)
			if due.Any() {
				out <- due
				return
			}
			if err == nil {
				continue
			}
			if again, err := i.Since(ctx, due.Next); err == nil && again.Any() {
				out <- again
				return
			}
			pause(ctx, time.Second)
		}
	}()
	return out
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
