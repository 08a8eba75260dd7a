package chaos

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/test/validate"
)

// judge waits until the pipeline has caught up and holds it to every promise.
func (s *scene) judge(ctx context.Context, r *Report) error {
	ctx, cancel := context.WithTimeout(ctx, 2*toCatch)
	defer cancel()
	s.say("waiting for the pipeline to catch up")
	if err := s.caughtUp(ctx); err != nil {
		r.breach("the tidemark did not pass what was written last: %v", err)
		s.explain(ctx, r)
	}
	sides, err := s.sides(ctx)
	if err != nil {
		return err
	}
	defer sides.Close(ctx)
	results, err := compare.Tables(ctx, s.contracts, sides, 30*time.Second)
	if err != nil {
		return fmt.Errorf("compare with the sources: %w", err)
	}
	for _, t := range results {
		r.Rows += int64(t.SourceRows)
		if !t.Equal() {
			r.Lost += int64(max(t.Differ, 1))
			r.breach("%s: %d rows in the source, %d in ClickHouse, %d differ, such as %v", t.Table, t.SourceRows, t.ClickHouseRows, t.Differ, t.Examples)
		}
	}
	if err := s.validators(ctx, sides, r); err != nil {
		return err
	}
	if err := s.deadLetters(ctx, r); err != nil {
		return err
	}
	return s.aggregates(ctx, r)
}

// caughtUp waits until the tidemark has passed this moment, at which nobody writes any more.
func (s *scene) caughtUp(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, toCatch)
	defer cancel()
	w := s.tide.await()
	for {
		if _, ok := s.tide.took(w); ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("it is %.0f s behind after %.0f s", s.tide.lag().Seconds(), toCatch.Seconds())
		case <-time.After(glance):
		}
	}
}

// explain adds what the parts say about themselves.
func (s *scene) explain(ctx context.Context, r *Report) {
	parts, err := s.stack.Status(ctx)
	if err != nil {
		r.breach("the stack does not answer: %v", err)
	}
	for _, p := range parts {
		if p.State != "ready" {
			r.breach("%s is %s: %s", p.Name, p.State, p.Message)
		}
	}
}

// countedAs says under which heading of the table a validator's cases count.
var countedAs = map[string]func(*Report) *int64{
	"no offset twice":        func(r *Report) *int64 { return &r.Doubled },
	"no position twice":      func(r *Report) *int64 { return &r.Doubled },
	"in order per partition": func(r *Report) *int64 { return &r.Disordered },
}

func (s *scene) validators(ctx context.Context, sides *compare.Sides, r *Report) error {
	for _, c := range s.contracts {
		failures, err := validate.Raw(ctx, sides.ClickHouse, c)
		if err != nil {
			return err
		}
		for _, f := range failures {
			r.breach("%s", f.Error())
			n, _ := strconv.ParseInt(f.Count, 10, 64)
			if column, ok := countedAs[f.Validator]; ok {
				*column(r) += n
			} else {
				r.Others += n
			}
		}
	}
	return nil
}

// deadLetters: nothing that the shop writes is bad input.
func (s *scene) deadLetters(ctx context.Context, r *Report) error {
	return s.rig.ClickHouse.Query(ctx, "SELECT toString(count()), toString(any(concat(topic, ': ', error))) FROM ops.dead_letters FINAL WHERE resolved = 0", func(row []*string) error {
		if *row[0] != "0" {
			r.breach("%s dead letters, such as %s", *row[0], *row[1])
			n, _ := strconv.ParseInt(*row[0], 10, 64)
			r.Others += n
		}
		return nil
	})
}
