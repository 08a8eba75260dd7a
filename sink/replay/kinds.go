package replay

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/mend"
)

// Missing compares raw with its topic; unless dry, it fills in what raw lacks. Everything
// that the replay made is gone afterwards.
func (r *Run) Missing(ctx context.Context, dry bool) ([]Finding, error) {
	if r.record.Phase == Exchanging {
		return nil, TakeOver(ctx, r.server, r.record, r.Log)
	}
	if err := r.build(ctx, r.fixed()); err != nil {
		return nil, err
	}
	var found []Finding
	err := r.record.renew(ctx, r.keeper, func(ctx context.Context) (err error) {
		found, err = r.record.compare(ctx, r.server)
		return err
	})
	if err != nil {
		return nil, err
	}
	if dry || !slices.ContainsFunc(found, func(f Finding) bool { return f.Fill > 0 }) {
		return found, r.GiveUp(ctx)
	}
	err = r.exchange(ctx, false)
	if errors.Is(err, ErrFolded) { // what was found is of no use any more
		err = errors.Join(err, r.GiveUp(ctx))
	}
	return found, err
}

// near is how short a round is before the workers are asked to stand still; about so long
// they will stand. On a machine where even the smallest round takes longer, it is enough
// that a round is not much shorter than the one before: it does not get any nearer.
const near = 2 * time.Second

// Rebuild builds the copy up to where the sinks are, and lets it take the place of what is
// there while they stand still for a moment.
func (r *Run) Rebuild(ctx context.Context) error {
	if r.record.Phase == Exchanging {
		return TakeOver(ctx, r.server, r.record, r.Log)
	}
	for last := time.Duration(math.MaxInt64); ; {
		at, err := commits(ctx, r.Kafka, r.Group, r.record.Topic)
		if err != nil {
			return err
		}
		began := time.Now()
		if err := r.build(ctx, where(at)); err != nil {
			return err
		}
		took := time.Since(began)
		if took < near || took > last/2 {
			return r.exchange(ctx, true)
		}
		last = took
	}
}

// exchange touches the live tables, the workers standing still.
func (r *Run) exchange(ctx context.Context, build bool) error {
	began := time.Now()
	if err := folding(ctx, r.server); err != nil { // before anybody stands still for nothing
		return err
	}
	at, err := r.record.pause(ctx, r.Kafka, r.server, r.Group)
	if err == nil && build {
		for i := range r.record.Plan.Parts {
			p := &r.record.Plan.Parts[i]
			if p.To = at[p.Partition].Next; p.Incarnation == "" {
				p.Incarnation = at[p.Partition].State.Incarnation
			}
		}
		if err = r.build(ctx, where(at)); err == nil {
			err = r.record.ready(ctx, r.server)
		}
	}
	if err == nil && !build {
		err = built(ctx, r.server)
	}
	if err == nil {
		err = r.record.exchanging(ctx, r.Kafka, r.server, r.Group, at)
	}
	if err != nil {
		return fmt.Errorf("%w (nothing was exchanged)", wrapRelease(err, r.record.release(ctx, r.server)))
	}
	err = r.record.renew(ctx, r.keeper, func(ctx context.Context) error { return r.record.finish(ctx, r.server, r.Log) })
	if err != nil {
		return fmt.Errorf("%w: what is left is done by a sink within a minute, or by running this again", err)
	}
	r.Log.Info("the workers stood still", "for", time.Since(began).Round(time.Millisecond))
	return r.record.end(ctx, r.server)
}

func wrapRelease(err, release error) error {
	if release == nil {
		return err
	}
	return fmt.Errorf("%w; the workers go on when the lease is over: %w", err, release)
}

// Into builds the copy and leaves it, with views like those that people read.
func (r *Run) Into(ctx context.Context) error {
	if err := r.build(ctx, r.fixed()); err != nil {
		return err
	}
	rec := r.record
	if err := rec.views(ctx, r.server); err != nil {
		return err
	}
	names, err := table(ctx, r.server, "SELECT [name] AS r FROM system.tables WHERE database = "+clickhouse.Text(rec.Database)+" AND (engine = 'MaterializedView' OR name IN ('commits', 'applied', 'buried'))")
	if err != nil {
		return err
	}
	rec.Phase = Done
	if err := rec.Write(ctx, r.server, 0); err != nil {
		return err
	}
	slices.SortFunc(names, func(a, b []string) int { return strings.Compare(b[0], a[0]) })
	for _, n := range names {
		if err := exec(ctx, r.server, "DROP TABLE IF EXISTS "+rec.table(n[0])+" SYNC"); err != nil {
			return err
		}
	}
	return nil
}

// storage finds a live table behind people's views.
var storage = regexp.MustCompile(`\b(raw|current|sales_state)\.`)

// views makes, over the copy, each view that reads the copy's tables and no others.
func (r *Record) views(ctx context.Context, s Server) error {
	all, err := table(ctx, s, "SELECT [database, name, as_select] AS r FROM system.tables WHERE engine = 'View' AND database NOT IN ('system', 'information_schema', 'INFORMATION_SCHEMA', 'ops', 'past') AND database != "+clickhouse.Text(r.Database))
	if err != nil {
		return fmt.Errorf("list views: %w", err)
	}
	for _, v := range all {
		query := v[2]
		for _, p := range r.Plan.Pairs {
			query = mend.Over(query, p.Database, p.Name, r.table(p.Copy))
		}
		if query == v[2] || storage.MatchString(query) {
			continue
		}
		if err := exec(ctx, s, "CREATE OR REPLACE VIEW "+r.table(v[1])+" AS "+query); err != nil {
			return fmt.Errorf("make the copy's view like %s.%s: %w", v[0], v[1], err)
		}
	}
	return nil
}
