package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/sink/consume"
)

// ErrNoSnapshot: the topic holds no snapshot from its begin to its end.
var ErrNoSnapshot = errors.New("the topic holds no whole snapshot in every partition")

// atSnapshot lets the parts begin at the newest snapshot that every partition holds from
// its begin marker to its end. What is older is not read: the snapshot has every row that
// lives, so the current state and the sums come out right, and the history begins there.
func atSnapshot(ctx context.Context, b consume.Broker, topic string, parts []Part) error {
	begins := make([]map[string]int64, len(parts))
	var newest []string
	for i := range parts {
		whole, order, err := snapshots(ctx, b, topic, &parts[i])
		if err != nil {
			return err
		}
		if begins[i] = whole; i == 0 {
			newest = order
		}
	}
	for n := len(newest) - 1; n >= 0; n-- {
		if everywhere(begins, newest[n]) {
			for i := range parts {
				parts[i].Begin, parts[i].HighWater = begins[i][newest[n]], ""
			}
			return nil
		}
	}
	return fmt.Errorf("%w: %s; ask for one with 'capture resnapshot' and run this again when it has ended", ErrNoSnapshot, topic)
}

func everywhere(begins []map[string]int64, snapshot string) bool {
	for _, b := range begins {
		if _, ok := b[snapshot]; !ok {
			return false
		}
	}
	return true
}

// snapshots reads a partition's markers: where each snapshot begins that also ends, and
// their order.
func snapshots(ctx context.Context, b consume.Broker, topic string, p *Part) (whole map[string]int64, order []string, err error) {
	whole = map[string]int64{}
	open := map[string]int64{}
	r := consume.NewReader(b, topic, p.Partition, p.First)
	for r.Next() < p.Applied {
		chunk, err := r.Poll(ctx, 500*time.Millisecond)
		if err != nil {
			return nil, nil, fmt.Errorf("look for snapshots: %w", err)
		}
		for chunk.Next() && chunk.Record().Offset < p.Applied {
			rec := chunk.Record()
			raw, _ := rec.Header(event.HeaderKey)
			if len(raw) != event.HeaderSize || event.Op(raw[1]) != event.Marking {
				continue
			}
			m, err := event.ParseMarker(rec.Value)
			switch {
			case err != nil:
				return nil, nil, fmt.Errorf("%s/%d at offset %d: %w", topic, p.Partition, rec.Offset, err)
			case m.Kind == event.SnapshotBegin:
				if _, again := open[m.Snapshot]; !again {
					open[m.Snapshot] = rec.Offset
				}
			case m.Kind == event.SnapshotEnd:
				if at, ok := open[m.Snapshot]; ok {
					delete(open, m.Snapshot)
					whole[m.Snapshot], order = at, append(order, m.Snapshot)
				}
			}
		}
		if err := chunk.Err(); err != nil {
			return nil, nil, err
		}
	}
	return whole, order, nil
}
