package deadletter

import (
	"context"
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Await reads what became of letters that were sent again, until each is settled or limit
// is over; it asks once at least.
func Await(ctx context.Context, q Querier, letters []Kept, limit time.Duration) ([]Kept, error) {
	until := time.Now().Add(limit)
	for {
		now, open, err := states(ctx, q, letters)
		if err != nil || open == 0 || !time.Now().Before(until) {
			return now, err
		}
		select {
		case <-ctx.Done():
			return now, context.Cause(ctx)
		case <-time.After(300 * time.Millisecond):
		}
	}
}

// states reads the letters' rows again and counts those that are not settled.
func states(ctx context.Context, q Querier, letters []Kept) (now []Kept, open int, err error) {
	rows := map[string]Kept{}
	asked := map[string]bool{}
	for _, l := range letters {
		if asked[l.Topic] {
			continue
		}
		asked[l.Topic] = true
		all, err := List(ctx, q, Filter{Topic: l.Topic, Resolved: true})
		if err != nil {
			return nil, 0, fmt.Errorf("what became of the letters of %s: %w", clickhouse.Text(l.Topic), err)
		}
		for _, k := range all {
			rows[k.Incarnation+k.ID()] = k
		}
	}
	for _, l := range letters {
		k, ok := rows[l.Incarnation+l.ID()]
		if !ok {
			k = l
		}
		if !k.Resolved {
			open++
		}
		now = append(now, k)
	}
	return now, open, nil
}
