// Package growth measures what a change costs each aggregate when there is little history, and when there is much.
package growth

import (
	"context"
	"embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// images give a row of each source by its number k and its version v, which is 0 or 1; h is a hash of k.
//
//go:embed sources/*.sql
var images embed.FS

// Options say what is measured.
type Options struct {
	ClickHouse compare.ClickHouse
	Contracts  []*contract.Contract
	// Aggregate is the program.
	Aggregate string
	// History are the rows of history of each source at which it is measured, ascending.
	History []int
	// Newest are the rows, the newest ones, that the changes fall on; 0: on any.
	Newest int
	// Changes is how many updates are measured per model; the result is for a million.
	Changes int
	Log     io.Writer
}

// Cost is what a million changes cost a model.
type Cost struct {
	Model   string  `json:"model"`
	History int     `json:"history"`
	Groups  int     `json:"groups"`
	Seconds float64 `json:"seconds"`     // of the inserts, one after the other
	CPU     float64 `json:"cpu_seconds"` // of the inserts
	Written float64 `json:"written_mb"`  // compressed parts as they were inserted
	Merged  float64 `json:"merged_mb"`   // what merges wrote until they rested, uncompressed
}

// bench is one run.
type bench struct {
	Options
	models []feed
	costs  []Cost
	runs   int
}

// Run fills the models step by step and measures each at each step. The sources keep no rows: an aggregate never reads them.
func Run(ctx context.Context, o Options) ([]Cost, error) {
	b := &bench{Options: o}
	if err := b.prepare(ctx); err != nil {
		return nil, err
	}
	had := 0
	for _, n := range o.History {
		for _, m := range b.models {
			if err := b.fill(ctx, m, 0, had, n); err != nil {
				return b.costs, fmt.Errorf("make history of %s: %w", m.model, err)
			}
			c, err := b.measure(ctx, m, n)
			if err != nil {
				return b.costs, fmt.Errorf("measure %s: %w", m.model, err)
			}
			b.costs = append(b.costs, c)
			fmt.Fprintf(o.Log, "%-14s %9d rows of history: %6.2f s, %6.2f CPU s, %6.1f MB inserted, %6.1f MB merged\n", c.Model, c.History, c.Seconds, c.CPU, c.Written, c.Merged)
		}
		had = n
	}
	return b.costs, nil
}

// prepare makes the sources as tables that hold nothing, and the models over them.
func (b *bench) prepare(ctx context.Context) error {
	for _, sql := range []string{"CREATE DATABASE IF NOT EXISTS raw", "DROP DATABASE IF EXISTS growth SYNC", "CREATE DATABASE growth"} {
		if err := b.do(ctx, sql); err != nil {
			return err
		}
	}
	for _, c := range b.Contracts {
		var columns []string
		for _, col := range c.Columns {
			columns = append(columns, "`"+col.Name+"` "+col.ClickHouse)
		}
		if err := b.do(ctx, fmt.Sprintf("CREATE TABLE raw.`%s` (%s, _sign Int8, _version UInt128, _incarnation LowCardinality(String), _partition UInt16, _offset UInt64) ENGINE = Null",
			c.Target.Table, strings.Join(columns, ", "))); err != nil {
			return err
		}
	}
	cmd := exec.CommandContext(ctx, b.Aggregate, "apply", "--stopped", "--json")
	cmd.Env = append(os.Environ(), "TIDEMARK_CLICKHOUSE_HTTP_URL="+b.ClickHouse.URL, "TIDEMARK_CLICKHOUSE_USER="+b.ClickHouse.User, "TIDEMARK_CLICKHOUSE_PASSWORD="+b.ClickHouse.Password)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make the models: %w: %s", err, out)
	}
	if err := b.leaveLogs(ctx); err != nil {
		return err
	}
	var err error
	b.models, err = b.feeds(ctx)
	return err
}

// leaveLogs has the server's own logs not be merged: it would be counted.
func (b *bench) leaveLogs(ctx context.Context) error {
	if err := b.do(ctx, "SYSTEM FLUSH LOGS"); err != nil {
		return err
	}
	var logs []string
	if err := b.ClickHouse.Query(ctx, "SELECT name FROM system.tables WHERE database = 'system' AND engine = 'MergeTree'", func(row []*string) error {
		logs = append(logs, *row[0])
		return nil
	}); err != nil {
		return err
	}
	for _, log := range logs {
		if err := b.do(ctx, "SYSTEM STOP MERGES system."+log); err != nil {
			return err
		}
	}
	return nil
}

// rows is a SELECT of the images of the rows that a SELECT of k, v and sign numbers.
func rows(source, numbers string) (string, error) {
	image, err := images.ReadFile("sources/" + source + ".sql")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s\nFROM (SELECT *, intHash64(k) AS h FROM (%s))", strings.TrimSpace(string(image)), numbers), nil
}

// insert names the columns that the query gives.
func (b *bench) insert(ctx context.Context, table, query, settings string) error {
	var columns []string
	if err := b.ClickHouse.Query(ctx, "DESCRIBE TABLE ("+query+")", func(row []*string) error {
		columns = append(columns, *row[0])
		return nil
	}); err != nil {
		return err
	}
	return b.do(ctx, fmt.Sprintf("INSERT INTO %s (%s) SELECT * FROM (%s) SETTINGS %s", table, strings.Join(columns, ", "), query, settings))
}

func (b *bench) do(ctx context.Context, sql string) error {
	return b.ClickHouse.Query(ctx, sql, func([]*string) error { return nil })
}
