// Package validate holds the promises of the pipeline as validators, in the manner of
// CockroachDB's cdctest. A validator knows no example: it says of any table whether the
// promise is kept, and names what breaks it.
//
// All runs after a run, with the writers at rest:
//   - over raw and the current state alone (Raw): no offset and no position twice, in order
//     per partition, one partition per key, the signs, the chain of images, current = raw;
//   - over each topic, with a reader of its own: in order, re-sends are repeats of a suffix,
//     chained before images are what came before, tombstones stand behind their deletes;
//   - against the sources' own logs (package journal): every change is in raw at its commit
//     with its images, and nothing else is; the logs have what the writer counted;
//   - against the sources: current = source, every aggregate = its recompute.
//
// Watch runs beside a run: nothing comes later below a tidemark that was claimed, and none
// goes back.
package validate

import (
	"context"
	"fmt"
	"strings"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// Failure is one broken promise.
type Failure struct {
	Table     string
	Validator string
	// Count is how many cases there are, Example one of them.
	Count   string
	Example string
}

// Error describes the failure.
func (f Failure) Error() string {
	return fmt.Sprintf("%s: %s: %s cases, e.g. %s", f.Table, f.Validator, f.Count, f.Example)
}

// validator is a query over raw that gives one text for every case that breaks it.
type validator struct {
	name string
	sql  func(c *contract.Contract) string
	// keyed ones say nothing of a table without a key, which is a log alone.
	keyed bool
}

// validators in the order in which a reader would ask them. Each query's rows are the
// counterexamples, printed as one string.
var validators = []validator{
	{"no offset twice", offsetTwice, false},
	{"no position twice", positionTwice, false},
	{"in order per partition", outOfOrder, false},
	{"one partition per key", onePartition, true},
	{"per key the signs sum to 0 or 1", signs, true},
	{"what is retracted is what was written", chain, true},
	{"current state is the newest image", current, true},
}

// Raw runs every validator over one table's raw rows and current state.
func Raw(ctx context.Context, ch compare.ClickHouse, c *contract.Contract) ([]Failure, error) {
	var failures []Failure
	for _, v := range validators {
		if v.keyed && len(c.Key) == 0 {
			continue
		}
		sql := "SELECT toString(count()), toString(any(__case)) FROM (" + v.sql(c) + ")"
		err := ch.Query(ctx, sql, func(t []*string) error {
			if *t[0] != "0" {
				failures = append(failures, Failure{Table: c.Target.String(), Validator: v.name, Count: *t[0], Example: *t[1]})
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("validate %s: %s: %w", c.Target, v.name, err)
		}
	}
	return failures, nil
}

func raw(c *contract.Contract) string { return "raw.`" + c.Target.Table + "`" }

// keyTuple is the key as one expression.
func keyTuple(c *contract.Contract) string {
	var names []string
	for _, k := range c.KeyColumns() {
		names = append(names, "`"+k.Name+"`")
	}
	return "tuple(" + strings.Join(names, ", ") + ")"
}

// image is a row's columns as one expression.
func image(c *contract.Contract) string {
	names := make([]string, len(c.Columns))
	for i := range c.Columns {
		names[i] = "`" + c.Columns[i].Name + "`"
	}
	return "tuple(" + strings.Join(names, ", ") + ")"
}
