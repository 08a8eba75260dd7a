package growth

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tidemark-cdc/tidemark/compose/compare"
)

// FillOptions say which stack gets how much history.
type FillOptions struct {
	ClickHouse compare.ClickHouse
	Log        func(format string, args ...any)
	// History are the rows of each source, People those of the users that orders are of.
	History, People int
	// Models are those that are filled; none: all.
	Models []string
}

// recent are the rows of history, the newest ones, that models with a line for nearly each row get: 50 days. A chart that
// looks further back in them is measured too cheap.
var recent = map[string]int{"revenue": 2_500_000, "products": 2_500_000, "sellers": 0, "places": 0}

// block is how many rows of history are summed up at once: as many as memory bears.
const block = 1_000_000

// Fill gives the models of a running stack, on which nothing was written yet, the sums of so much history, and the users and
// products that views join. It writes past raw, which no chart reads: fifty million rows of it would take an hour more.
func Fill(ctx context.Context, o FillOptions) error {
	b := &bench{Options: Options{ClickHouse: o.ClickHouse}}
	feeds, err := b.feeds(ctx)
	if err != nil {
		return err
	}
	for _, f := range feeds {
		if len(o.Models) > 0 && !slices.Contains(o.Models, f.model) {
			continue
		}
		from := 0
		if n, ok := recent[f.model]; ok {
			from = max(0, o.History-n)
		}
		if err := b.fill(ctx, f, 1, from, o.History); err != nil {
			return fmt.Errorf("fill %s: %w", f.model, err)
		}
		o.Log("%s has the sums of %d rows\n", f.model, o.History-from)
	}
	for table, n := range map[string]int{"users": o.People, "products": products} {
		if err := b.do(ctx, fmt.Sprintf("INSERT INTO current.%s %s FROM numbers(%d)", table, current[table], n)); err != nil {
			return fmt.Errorf("fill current.%s: %w", table, err)
		}
	}
	return nil
}

// products are as many as sources/orders.sql knows.
const products = 30_000

// current are the rows that views join with sums: what a person is, what a product is called.
var current = map[string]string{
	"users": `(id, name, email, city, state, zip, tier, points, anonymised, created_at, updated_at, _version, _deleted)
SELECT toString(number), '', concat('mail', toString(number - number % 20 % 2), '@example.com'), '', toString(number % 27), '',
	['basic', 'silver', 'gold'][1 + number % 3], 0, false, toDateTime64('2020-01-01 00:00:00', 3, 'UTC'), toDateTime64('2020-01-01 00:00:00', 3, 'UTC'), 1, 0`,
	"products": `(id, name, category, price, currency, stock, active, created_at, updated_at, _version, _deleted)
SELECT toString(number), concat('product ', toString(number)), toString(number % 70), 1, 'BRL', 1, true,
	toDateTime64('2020-01-01 00:00:00', 3, 'UTC'), toDateTime64('2020-01-01 00:00:00', 3, 'UTC'), 1, 0`,
}

// fill puts the model's own query over images of rows of history in a version, from and up to a number, block by block.
func (b *bench) fill(ctx context.Context, f feed, version, from, to int) error {
	for first := from; first < to; first += block {
		images, err := rows(f.source, fmt.Sprintf("SELECT number AS k, %d AS v, toInt8(1) AS sign FROM numbers(%d, %d)", version, first, min(block, to-first)))
		if err != nil {
			return err
		}
		if err := b.insert(ctx, "sales_state."+f.state, strings.Replace(f.query, "raw."+f.source, "("+images+")", 1), "max_threads = 2, max_insert_threads = 1, optimize_on_insert = 1"); err != nil {
			return err
		}
	}
	return nil
}
