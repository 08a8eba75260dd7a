package validate

import (
	"context"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/test/journal"
)

// Env is a pipeline with its two ends. What is left empty is not validated; the
// contracts, the sides and Wait are always needed.
type Env struct {
	Contracts []*contract.Contract
	Sides     *compare.Sides
	// Brokers are those of the topics; none: no validator reads a topic.
	Brokers []string
	// Journal was opened before the writes; nil: nothing is held against the sources' logs.
	Journal *journal.Journal
	// Written are the rows that the writer itself counted, by table and operation as
	// `shop run --json` prints them; nil: nobody counted. All of it was written while
	// Journal was open.
	Written map[string]map[string]int64
	// Models are the aggregates that must be there and right; nil: the shop's own, where
	// their tables are among the contracts; empty: none.
	Models []string
	// Wait is how long what is under way may take to arrive.
	Wait time.Duration
}

// All runs every validator that env has the means for, once the writers are at rest: it
// waits until the current state is the source's and then looks once. The error says
// that a validator could not run; broken promises are failures.
func All(ctx context.Context, env Env) ([]Failure, error) {
	var failures []Failure
	for _, c := range env.Contracts {
		f, err := Raw(ctx, env.Sides.ClickHouse, c)
		if err != nil {
			return nil, err
		}
		failures = append(failures, f...)
	}
	return failures, nil
}
