package compare

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// Side reads a table whole.
type Side interface {
	Digest(ctx context.Context, c *contract.Contract) (*Digest, error)
}

// Result is what came out for one table.
type Result struct {
	Table          string   `json:"table"`
	Target         string   `json:"target"`
	SourceRows     int      `json:"source_rows"`
	ClickHouseRows int      `json:"clickhouse_rows"`
	SourceSum      string   `json:"source_checksum"`
	ClickHouseSum  string   `json:"clickhouse_checksum"`
	Differ         int      `json:"differ"`
	Examples       []string `json:"examples,omitempty"`
}

// Equal reports whether both sides hold the same rows.
func (r Result) Equal() bool { return r.Differ == 0 && r.SourceRows == r.ClickHouseRows }

// maxExamples bounds how many differing keys a Result names.
const maxExamples = 5

// Table compares one table.
func Table(ctx context.Context, c *contract.Contract, source, clickhouse Side) (Result, error) {
	a, err := source.Digest(ctx, c)
	if err != nil {
		return Result{}, err
	}
	b, err := clickhouse.Digest(ctx, c)
	if err != nil {
		return Result{}, err
	}
	diff := Diff(a, b)
	r := Result{
		Table: c.Source + "." + c.Name(), Target: c.Target.String(), Differ: len(diff),
		SourceRows: a.Rows(), ClickHouseRows: b.Rows(),
		SourceSum: fmt.Sprintf("%016x", a.Sum()), ClickHouseSum: fmt.Sprintf("%016x", b.Sum()),
	}
	r.Examples = diff[:min(len(diff), maxExamples)]
	return r, nil
}

// Tables compares the table of every contract with a key and, while any differs, again, until wait is
// over: what the pipeline still carries arrives in the meantime.
func Tables(ctx context.Context, all []*contract.Contract, sides *Sides, wait time.Duration) ([]Result, error) {
	deadline := time.Now().Add(wait)
	all = slices.DeleteFunc(slices.Clone(all), func(c *contract.Contract) bool { return len(c.Key) == 0 }) // a log alone, with no rows to compare
	results := make([]Result, len(all))
	for i, c := range all {
		for {
			var err error
			if results[i], err = Table(ctx, c, sides.Source(c), sides.ClickHouse); err != nil {
				return nil, err
			}
			if results[i].Equal() || time.Now().After(deadline) {
				break
			}
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(300 * time.Millisecond):
			}
		}
	}
	return results, nil
}
