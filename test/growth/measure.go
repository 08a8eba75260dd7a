package growth

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// feed is a model's view.
type feed struct{ model, source, state, query string }

// feeds finds the models' views, as the server has them.
func (b *bench) feeds(ctx context.Context) (out []feed, err error) {
	err = b.ClickHouse.Query(ctx, "SELECT target_table, as_select FROM system.tables WHERE database = 'sales_state' AND engine = 'MaterializedView' ORDER BY 1", func(row []*string) error {
		_, after, _ := strings.Cut(*row[1], "raw.")
		words := strings.Split(*row[0], "_")
		out = append(out, feed{strings.Join(words[:len(words)-2], "_"), strings.Fields(after)[0], *row[0], *row[1]})
		return nil
	})
	return out, err
}

// blockRows is how many changes one insert brings: a sink's batch under load.
const blockRows = 10_000

// measure sends updates of rows all over the history through the model's view alone, in the sink's blocks.
func (b *bench) measure(ctx context.Context, m feed, history int) (Cost, error) {
	if err := b.changes(ctx, m, history); err != nil {
		return Cost{}, err
	}
	defer func() { _ = b.do(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS growth.changes SYNC") }()
	idle, err := b.send(ctx, m, "")
	if err != nil {
		return Cost{}, err
	}
	used, err := b.send(ctx, m, strings.ReplaceAll(m.query, "raw."+m.source, "growth.entry"))
	if err != nil {
		return Cost{}, err
	}
	groups, err := b.number(ctx, "SELECT toString(count()) FROM sales_state."+m.state)
	if err != nil {
		return Cost{}, err
	}
	per := 1e6 / float64(b.Changes)
	return Cost{Model: m.model, History: history, Groups: int(groups), Seconds: (used.seconds - idle.seconds) * per, CPU: (used.cpu - idle.cpu) / 1e6 * per,
		Written: (used.written - idle.written) / 1e6 * per, Merged: (used.merged - idle.merged) / 1e6 * per}, nil
}

// changes keeps the signed rows ready in memory: making them is no part of the cost.
func (b *bench) changes(ctx context.Context, m feed, history int) error {
	if err := b.do(ctx, "DROP TABLE IF EXISTS growth.changes SYNC"); err != nil {
		return err
	}
	among := history
	if b.Newest > 0 {
		among = min(b.Newest, history)
	}
	numbers := fmt.Sprintf("SELECT %[1]d - 1 - sipHash64(intDiv(number, 2), %[1]d) %% %[2]d AS k, number %% 2 AS v, if(v = 0, toInt8(-1), toInt8(1)) AS sign FROM numbers(%[3]d)", history, among, 2*b.Changes)
	sql, err := rows(m.source, numbers)
	if err != nil {
		return err
	}
	if err := b.do(ctx, "CREATE TABLE growth.changes ENGINE = Memory AS SELECT *, rowNumberInAllBlocks() AS _number FROM ("+sql+") SETTINGS max_threads = 1"); err != nil {
		return fmt.Errorf("make changes: %w", err)
	}
	return nil
}

// usage is what a run of inserts took.
type usage struct{ seconds, cpu, written, merged float64 }

// send inserts the changes block by block into a table that holds nothing and whose only view is the query; without a
// query that is what reading the blocks costs. It waits until merges rest, so that what they cost is in it.
func (b *bench) send(ctx context.Context, m feed, query string) (usage, error) {
	statements := []string{"DROP TABLE IF EXISTS growth.entry_mv SYNC", "DROP TABLE IF EXISTS growth.entry SYNC", "CREATE TABLE growth.entry AS raw.`" + m.source + "`"}
	if query != "" {
		statements = append(statements, "CREATE MATERIALIZED VIEW growth.entry_mv TO sales_state."+m.state+" AS "+query)
	}
	for _, sql := range statements {
		if err := b.do(ctx, sql); err != nil {
			return usage{}, err
		}
	}
	if err := b.rest(ctx); err != nil {
		return usage{}, err
	}
	merged, err := b.number(ctx, mergedSoFar)
	if err != nil {
		return usage{}, err
	}
	b.runs++
	run := fmt.Sprintf("growth %d", b.runs)
	for first := 0; first < 2*b.Changes; first += 2 * blockRows {
		sql := fmt.Sprintf("SELECT * EXCEPT (_number) FROM growth.changes WHERE _number >= %d AND _number < %d", first, first+2*blockRows)
		if err := b.insert(ctx, "growth.entry", sql, fmt.Sprintf("max_threads = 1, max_insert_threads = 1, min_insert_block_size_rows = %d, min_insert_block_size_bytes = 0, log_queries = 1, log_comment = '%s'", 2*blockRows, run)); err != nil {
			return usage{}, err
		}
	}
	if err := b.rest(ctx); err != nil {
		return usage{}, err
	}
	u, err := b.usage(ctx, run)
	if err != nil {
		return usage{}, err
	}
	all, err := b.number(ctx, mergedSoFar)
	u.merged = all - merged
	return u, err
}

// mergedSoFar is what merges have written since the server started.
const mergedSoFar = "SELECT toString(sum(value)) FROM system.events WHERE event = 'MergedUncompressedBytes'"

// rest waits until nothing of the state is being merged.
func (b *bench) rest(ctx context.Context) error {
	for quiet := 0; quiet < 3; {
		n, err := b.number(ctx, "SELECT toString(count()) FROM system.merges WHERE database = 'sales_state'")
		if err != nil {
			return err
		}
		quiet++
		if n > 0 {
			quiet = 0
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(300 * time.Millisecond):
		}
	}
	return nil
}

// usage is what the server says of a run's inserts, views and all.
func (b *bench) usage(ctx context.Context, run string) (u usage, err error) {
	if err := b.do(ctx, "SYSTEM FLUSH LOGS query_log"); err != nil {
		return u, err
	}
	for what, into := range map[string]*float64{
		"query_duration_ms / 1000": &u.seconds, "ProfileEvents['UserTimeMicroseconds'] + ProfileEvents['SystemTimeMicroseconds']": &u.cpu,
		"ProfileEvents['MergeTreeDataWriterCompressedBytes']": &u.written,
	} {
		if *into, err = b.number(ctx, "SELECT toString(sum("+what+")) FROM system.query_log WHERE type = 'QueryFinish' AND query_kind = 'Insert' AND log_comment = '"+run+"'"); err != nil {
			return u, err
		}
	}
	return u, nil
}

func (b *bench) number(ctx context.Context, sql string) (n float64, err error) {
	err = b.ClickHouse.Query(ctx, sql, func(row []*string) error {
		n, err = strconv.ParseFloat(*row[0], 64)
		return err
	})
	return n, err
}
