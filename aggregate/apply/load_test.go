package apply_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/aggregate/apply"
	"github.com/tidemark-cdc/tidemark/aggregate/model"
)

// writer sends batch after batch to one partition, some of them twice, as a sink does after a crash. What it writes down
// as applied trails by one batch when it does not rest: then raw is never seen to agree with it.
func (b *bench) writer(partition int, rest time.Duration, stop *atomic.Bool) {
	here := fmt.Sprintf("_partition = %d", partition)
	defer b.applied("returns", here)
	offset := 0
	for n := 0; !stop.Load(); n++ {
		var rows []string
		first := offset
		for range 20 {
			rows = append(rows, fmt.Sprintf(`{"number":"%d-%d","reason":"late","category":"c%d","amount":"%d.25","currency":"BRL","status":"refunded","opened_at":"2026-03-0%d 10:00:00","_sign":1,"_version":%d,"_op":"c","_incarnation":"i1","_partition":%d,"_offset":%d}`,
				partition, offset, offset%3, offset%1000, 1+offset%5, offset+1, partition, offset))
			offset++
		}
		token := fmt.Sprintf("i1/%d/%d", partition, n)
		b.send("returns", token, rows)
		if n%7 == 3 {
			b.send("returns", token, rows)
		}
		if rest == 0 {
			b.applied("returns", fmt.Sprintf("%s AND _offset < %d", here, first))
			continue
		}
		b.applied("returns", here)
		time.Sleep(rest)
	}
}

// A view that sleeps makes inserts long, so that many of them run while a model's feed is made: the naive way, which
// takes the largest offset and then makes the view, is wrong nearly each time here.
func TestModelsMadeAndRebuiltUnderLoadCountEachRowOnce(t *testing.T) {
	b := newBench(t)
	b.run("CREATE TABLE raw.slow (x UInt64) ENGINE = Null")
	b.run("CREATE MATERIALIZED VIEW raw.slow_mv TO raw.slow AS SELECT sum(_offset) + sleepEachRow(0.005) AS x FROM raw.returns")
	var stop atomic.Bool
	var writers sync.WaitGroup
	for partition := range 3 {
		writers.Go(func() { b.writer(partition, 0, &stop) })
	}
	a := &apply.Applier{Server: b.Client}
	m, other := named(t, "returns"), changedReturns(t)
	for round := range 2 {
		for _, built := range []*model.Model{m, other} {
			_, err := a.Rebuild(context.Background(), built)
			require.NoError(t, err, "round %d", round)
		}
	}
	stop.Store(true)
	writers.Wait()
	total := b.value("SELECT concat(toString(count()), ' ', toString(sum(amount))) FROM raw.returns")
	for _, built := range []*model.Model{m, other} {
		require.Equal(t, total, b.value("SELECT concat(toString(sum(returns)), ' ', toString(sum(amount))) FROM sales."+built.Name))
	}
	b.verify([]*model.Model{m, other})
}

func changedReturns(t *testing.T) *model.Model {
	m, err := model.Parse("-- name: sent_back\n-- sources: returns\n-- grain: category\n-- measures: returns, amount\n" +
		"SELECT ifNull(r.category, '') AS category, sum(toInt64(r._sign)) AS returns, sum(r.amount * r._sign) AS amount, sum(r._sign) AS n FROM raw.returns AS r GROUP BY category")
	require.NoError(t, err)
	return m
}
