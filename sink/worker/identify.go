package worker

import (
	"context"
	"errors"
	"fmt"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/sink/batch"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/consume"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
)

// identify checks that the topic is the one whose offsets the state counts in (rule:
// same-incarnation). One that was deleted and made again may have grown beyond them, and
// its first records would be passed over without a word.
func (w *Worker) identify(ctx context.Context, s ledger.State) error {
	if s.Incarnation == "" {
		return nil
	}
	err := consume.One(ctx, w.Broker, w.a.Topic, w.a.Partition, s.Opened, func(rec *consume.Record) error {
		m, err := event.ParseMarker(rec.Value)
		switch {
		case err != nil || m.Kind != event.TopicOpened:
			return fmt.Errorf("%w: applied was %q, whose marker stood at offset %d, where another record stands now", batch.ErrIncarnation, s.Incarnation, s.Opened)
		case m.Incarnation != s.Incarnation:
			return fmt.Errorf("%w: %q, applied was %q", batch.ErrIncarnation, m.Incarnation, s.Incarnation)
		}
		return nil
	})
	switch {
	case errors.Is(err, consume.ErrRetention): // it took the marker
		return w.identifyByWatermark(ctx, s)
	case errors.Is(err, consume.ErrBeyondEnd):
		return fmt.Errorf("%w: applied was %q, the partition does not even hold its marker: %w", batch.ErrIncarnation, s.Incarnation, err)
	}
	return err
}

// identifyByWatermark asks the newest watermark that names the topic.
func (w *Worker) identifyByWatermark(ctx context.Context, s ledger.State) error {
	newest := ""
	err := w.attempt(ctx, "read the topic's incarnation", func(l *Lease) error {
		var incarnation proto.ColStr
		return l.Query(ctx, clickhouse.Select{
			SQL:    fmt.Sprintf("SELECT incarnations[indexOf(topics, %[1]s)] AS i FROM ops.watermarks WHERE has(topics, %[1]s) ORDER BY _offset DESC LIMIT 1", clickhouse.Text(w.a.Topic)),
			Result: proto.Results{{Name: "i", Data: &incarnation}},
			OnBlock: func(int) error {
				newest = incarnation.Row(0)
				return nil
			},
		})
	})
	if err == nil && newest != "" && newest != s.Incarnation {
		err = fmt.Errorf("%w: capture writes %q, applied was %q", batch.ErrIncarnation, newest, s.Incarnation)
	}
	return err
}
