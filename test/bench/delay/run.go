package delay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/tidemark-cdc/tidemark/test/bench/broker"
	"github.com/tidemark-cdc/tidemark/test/bench/store"
)

// Run is a steady load whose every change is timed.
type Run struct {
	URL      string // of the source's database
	First    int64  // ids begin behind it
	Rate     int    // changes per second, each a transaction
	Warm     time.Duration
	For      time.Duration // after Warm
	Patience time.Duration // how long to wait for the last change
	Broker   *broker.Broker
	Topic    string
	Store    *store.Store
	Table    string // with a column id, as people read it
}

// ask is the pause between two questions to the table. Asking costs ClickHouse a few
// milliseconds of CPU time: at 4 ms the questions alone kept a core busy.
const ask = 15 * time.Millisecond

// sights are the times at which changes were seen, by id.
type sights map[int64]time.Time

// Do runs the load and gives the delays to the topic and to the table. A change's begin
// is its commit time as the source's log has it, which is before the client knows of it.
func (r Run) Do(ctx context.Context) (toTopic, toTable Times, err error) {
	ends, err := r.Broker.Ends(ctx, r.Topic)
	if err != nil {
		return toTopic, toTable, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	committed, inTopic, inTable := sights{}, sights{}, sights{}
	seeing, seeCtx := errgroup.WithContext(ctx)
	seeing.Go(func() error {
		return r.Broker.Tail(seeCtx, r.Topic, ends, func(a broker.Arrival) { committed[a.ID], inTopic[a.ID] = a.Commit, a.Seen })
	})
	last := r.First + int64(r.Rate)*int64((r.Warm+r.For)/time.Second)
	seeing.Go(func() error {
		defer stop()
		err := r.watchTable(seeCtx, last, inTable)
		time.Sleep(time.Second) // the table has all, but the topic's last records may be on their way to us
		return err
	})
	written := r.write(ctx, last)
	if written != nil {
		stop()
	}
	err = errors.Join(written, seeing.Wait())
	warm := r.First + int64(r.Rate)*int64(r.Warm/time.Second)
	counts := func(id int64) bool { return id > warm && id <= last }
	toTopic, toTable = between(committed, inTopic, counts), between(committed, inTable, counts)
	if missing := int(last-warm) - toTopic.Count(); missing > 0 {
		toTopic.Lost, toTable.Lost = missing, toTable.Lost+missing
	}
	return toTopic, toTable, err
}

// watchTable asks for the ids behind those that are there without a gap. An id is seen
// when the answer that has it is complete.
func (r Run) watchTable(ctx context.Context, last int64, seen sights) error {
	limit := r.Warm + r.For + r.Patience
	for whole, until := r.First, time.Now().Add(limit); whole < last; {
		var ids []int64
		err := r.Store.Numbers(ctx, fmt.Sprintf("SELECT id AS n FROM %s WHERE id > %d AND id <= %d", r.Table, whole, last), func(id int64) { ids = append(ids, id) })
		if err != nil {
			return err
		}
		now := time.Now()
		for _, id := range ids {
			if _, ok := seen[id]; !ok {
				seen[id] = now
			}
		}
		for seen[whole+1] != (time.Time{}) {
			whole++
		}
		if now.After(until) {
			return nil // what has not come is counted as lost
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(ask):
		}
	}
	return nil
}
