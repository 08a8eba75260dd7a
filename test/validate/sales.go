package validate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// sale is one of the shop's aggregates and how its source says that it should be: in the
// source's own words, SQL in PostgreSQL or Go over documents, from the source's rows.
type sale struct {
	name       string
	from       string // the source's name of the table
	dimensions []string
	measures   []string
	recompute  func(context.Context, *compare.Sides, *sale) (buckets, error)
}

// sales are all of them.
func sales() []sale { return append(salesOfRows(), salesOfDocuments()...) }

// salesWanted are the aggregates that env asks for.
func salesWanted(env *Env) []sale {
	return slices.DeleteFunc(sales(), func(s sale) bool {
		if env.Models != nil {
			return !slices.Contains(env.Models, s.name)
		}
		return !slices.ContainsFunc(env.Contracts, func(c *contract.Contract) bool {
			return c.Name() == s.from && c.Target.Database == "shop"
		})
	})
}

// salesOf holds every aggregate to its recompute. What differs is looked at again until
// the deadline: the views that raw feeds show a batch a moment after raw does.
func salesOf(ctx context.Context, env *Env, deadline time.Time) ([]Failure, error) {
	var failures []Failure
	for _, s := range salesWanted(env) {
		for {
			f, err := s.check(ctx, env.Sides)
			if err != nil {
				return nil, err
			}
			if f == nil {
				break
			}
			if time.Now().After(deadline) {
				failures = append(failures, *f)
				break
			}
			if err := pause(ctx); err != nil {
				return nil, err
			}
		}
	}
	return failures, nil
}

// pause waits a little between two looks.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(200 * time.Millisecond):
		return nil
	}
}

// check compares one aggregate; nil when it is right.
func (s *sale) check(ctx context.Context, sides *compare.Sides) (*Failure, error) {
	want, err := s.recompute(ctx, sides, s)
	if err != nil {
		return nil, fmt.Errorf("compute %s from its source: %w", s.name, err)
	}
	have, err := s.read(ctx, sides.ClickHouse)
	if err != nil {
		return nil, fmt.Errorf("read sales.%s: %w", s.name, err)
	}
	differ := want.differ(have)
	if len(differ) == 0 {
		return nil, nil
	}
	return &Failure{Table: "sales." + s.name, Validator: "an aggregate is its recompute from the source", Count: fmt.Sprint(len(differ)), Example: differ[0]}, nil
}

// read takes the aggregate out of ClickHouse.
func (s *sale) read(ctx context.Context, ch compare.ClickHouse) (buckets, error) {
	var columns []string
	for _, c := range append(slices.Clone(s.dimensions), s.measures...) {
		columns = append(columns, "ifNull(toString("+c+"), 'NULL')")
	}
	out := buckets{}
	err := ch.Query(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM sales."+s.name, func(row []*string) error {
		texts := make([]string, len(row))
		for i, t := range row {
			texts[i] = *t
		}
		return out.addTexts(texts[:len(s.dimensions)], texts[len(s.dimensions):])
	})
	return out, err
}
