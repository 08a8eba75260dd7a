package validate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/test/journal"
)

// Names of the validators of the two ends.
const (
	asSource  = "current state is the source's"
	asCounted = "the source's log has what the writer wrote"
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
	deadline := time.Now().Add(env.Wait)
	failures, err := sourceIsCurrent(ctx, &env)
	if err != nil {
		return nil, err
	}
	if env.Journal != nil {
		if err := env.Journal.Sync(ctx); err != nil {
			return nil, err
		}
		failures = append(failures, counted(&env)...)
	}
	for _, c := range env.Contracts {
		f, err := table(ctx, &env, c)
		if err != nil {
			return nil, err
		}
		failures = append(failures, f...)
	}
	sales, err := salesOf(ctx, &env, deadline)
	return append(failures, sales...), err
}

// sourceIsCurrent waits until every table shows what its source holds.
func sourceIsCurrent(ctx context.Context, env *Env) (failures []Failure, err error) {
	keyed := slices.DeleteFunc(slices.Clone(env.Contracts), func(c *contract.Contract) bool { return len(c.Key) == 0 }) // the others have no current state
	results, err := compare.Tables(ctx, keyed, env.Sides, env.Wait)
	if err != nil {
		return nil, fmt.Errorf("validate: %w", err)
	}
	for _, r := range results {
		if r.Equal() {
			continue
		}
		f := Failure{Table: r.Target, Validator: asSource, Count: fmt.Sprint(r.Differ)}
		f.Example = fmt.Sprintf("%d rows in the source, %d in ClickHouse, differing at %v", r.SourceRows, r.ClickHouseRows, r.Examples)
		failures = append(failures, f)
	}
	return failures, nil
}

// table runs the validators of one table: of its topic, of its raw rows, and of both
// against its source's log.
func table(ctx context.Context, env *Env, c *contract.Contract) ([]Failure, error) {
	failures, err := Raw(ctx, env.Sides.ClickHouse, c)
	if err != nil {
		return nil, err
	}
	var reading *topicReading
	if len(env.Brokers) > 0 {
		if reading, err = readTopicOf(ctx, env.Brokers, c); err != nil {
			return nil, err
		}
		failures = append(failures, reading.failures()...)
	}
	if env.Journal == nil || !env.Journal.Knows(c) || len(c.Key) == 0 {
		return failures, nil
	}
	gaps, err := gapsOf(ctx, env.Sides.ClickHouse, c, env.Journal, reading)
	return append(failures, gaps...), err
}

// counted holds the journal against what the writer itself counted: a log may hide what
// it lost. An update that is sent again because its answer was lost changes nothing, but
// PostgreSQL logs it again.
func counted(env *Env) []Failure {
	var out tallies
	for _, c := range env.Contracts {
		ops, ok := env.Written[c.Table]
		if !ok || !env.Journal.Knows(c) {
			continue
		}
		have := env.Journal.Count(c)
		inserts, updates, deletes := have[journal.Insert], have[journal.Update], have[journal.Delete]
		if inserts != ops["insert"] || updates < ops["update"] || deletes != ops["delete"] {
			out.broken(asCounted, fmt.Sprintf("%s: %d inserts, %d updates, %d deletes in the log, the writer counted %v", c.Target, inserts, updates, deletes, ops))
		}
	}
	out.table = "the sources"
	return out.failures()
}
