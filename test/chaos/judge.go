package chaos

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-cdc/tidemark/test/journal"
	"github.com/tidemark-cdc/tidemark/test/validate"
)

// witness is what is kept of a run from before its first change, to hold it to.
type witness struct {
	journal *journal.Journal
	watcher *validate.Watcher
	env     validate.Env
}

// openWitness begins to keep what is written to the sources and what the pipeline claims.
func (s *Scene) openWitness(ctx context.Context) (*witness, error) {
	addr := s.stack.Env()
	j, err := journal.Open(ctx, journal.Options{Contracts: s.contracts, PostgresURL: addr["TIDEMARK_POSTGRES_URL"], MongoURL: addr["TIDEMARK_MONGO_URL"]})
	if err != nil {
		return nil, err
	}
	sides, err := s.sides(ctx)
	if err != nil {
		return nil, errors.Join(err, j.Close(ctx))
	}
	env := validate.Env{Contracts: s.contracts, Sides: sides, Brokers: strings.Split(addr["TIDEMARK_KAFKA_BROKERS"], ","), Journal: j, Wait: 30 * time.Second}
	return &witness{journal: j, watcher: validate.Watch(ctx, env), env: env}, nil
}

func (w *witness) close(ctx context.Context) {
	_ = w.journal.Close(ctx) // its servers end with the stack
	_ = w.env.Sides.Close(ctx)
}

// judge waits until the pipeline has caught up and holds it to every promise.
func (s *Scene) judge(ctx context.Context, w *witness, r *Report) error {
	ctx, cancel := context.WithTimeout(ctx, 3*toCatch)
	defer cancel()
	s.say("waiting for the pipeline to catch up")
	if err := s.caughtUp(ctx); err != nil {
		r.Others++
		r.breach("the tidemark did not pass what was written last: %v", err)
		s.explain(ctx, r)
	}
	s.say("asking the validators")
	sides, err := s.sides(ctx) // the first connections died with their servers
	if err != nil {
		return err
	}
	defer sides.Close(ctx)
	w.env.Sides, w.env.Written = sides, r.Written
	failures, err := validate.All(ctx, w.env)
	if err != nil {
		return err
	}
	claims, err := w.watcher.Check(ctx)
	if err != nil {
		return err
	}
	r.Claims = w.watcher.Claims()
	r.count(append(failures, claims...))
	if err := s.deadLetters(ctx, r); err != nil {
		return err
	}
	return s.aggregates(ctx, r)
}

// caughtUp waits until the tidemark has passed this moment, at which nobody writes any more.
func (s *Scene) caughtUp(ctx context.Context) error {
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
func (s *Scene) explain(ctx context.Context, r *Report) {
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

// countedAs says under which heading of the report a validator's cases count. All
// others are breaches of their own kind.
var countedAs = map[string]func(*Report) *int64{
	"current state is the source's":                             lost,
	"every change of the source is in raw at its commit":        lost,
	"the source's log has what the writer wrote":                lost,
	"no offset twice":                                           doubled,
	"no position twice":                                         doubled,
	"raw has nothing that the source did not write":             doubled,
	"in order per partition":                                    disordered,
	"a topic has changes in order, and again only as they came": disordered,
}

func lost(r *Report) *int64       { return &r.Lost }
func doubled(r *Report) *int64    { return &r.Doubled }
func disordered(r *Report) *int64 { return &r.Disordered }

const recompute = "an aggregate is its recompute from the source"

func (r *Report) count(failures []validate.Failure) {
	for _, f := range failures {
		r.breach("%s", f.Error())
		n, err := strconv.ParseInt(f.Count, 10, 64)
		if err != nil || n == 0 {
			n = 1
		}
		switch heading, ok := countedAs[f.Validator]; {
		case ok:
			*heading(r) += n
		case f.Validator == recompute:
			r.wrong(strings.TrimPrefix(f.Table, "sales."))
		default:
			r.Others += n
		}
	}
}

// deadLetters: nothing that the shop writes is bad input.
func (s *Scene) deadLetters(ctx context.Context, r *Report) error {
	return s.rig.ClickHouse.Query(ctx, "SELECT toString(count()), toString(any(concat(topic, ': ', error))) FROM ops.dead_letters FINAL WHERE resolved = 0", func(row []*string) error {
		if *row[0] != "0" {
			r.breach("%s dead letters, such as %s", *row[0], *row[1])
			n, _ := strconv.ParseInt(*row[0], 10, 64)
			r.Others += n
		}
		return nil
	})
}
