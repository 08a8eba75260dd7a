package apply

import (
	"context"
	"errors"
	"fmt"

	"github.com/tidemark-cdc/tidemark/aggregate/boundary"
	"github.com/tidemark-cdc/tidemark/aggregate/target"
)

// carryOut does what was planned. What is shown is turned to the new build when that is complete, and only then the old
// one goes: until then readers see the old sums, whole and moving.
//
// No sink has to pause for the turn. It changes one view and no table: the old state and the new one each have a feed
// and tokens of their own since they were made, so a batch that is sent again finds what it left in both.
func (a *Applier) carryOut(ctx context.Context, s *step) error {
	keep := ""
	if s.Action == Kept {
		keep = s.found.current.name
		b := &target.Build{Shape: s.shape, Serial: s.found.current.serial, Cut: s.found.current.cut}
		if err := a.show(ctx, b); err != nil { // its words may have changed
			return err
		}
	} else {
		b, err := a.build(ctx, s)
		if err != nil {
			return err
		}
		keep = b.State()
	}
	var old []table
	for _, t := range s.found.all() {
		if t.name != keep {
			old = append(old, t)
		}
	}
	if len(old) == 0 {
		return nil
	}
	if err := boundary.DrainReaders(ctx, a.Server); err != nil {
		return err
	}
	return a.drop(ctx, old)
}

// errRestarted says that the server was started anew while a build went on.
var errRestarted = errors.New("ClickHouse was restarted while the model was built")

// builds bounds how often a build begins anew because of that.
const builds = 3

// build fills a state and shows it.
func (a *Applier) build(ctx context.Context, s *step) (b *target.Build, err error) {
	for range builds {
		if b, err = a.fill(ctx, s); !errors.Is(err, errRestarted) {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	return b, a.show(ctx, b)
}

// show turns what is read to a build. What is read by find comes last: broken off before, the turn is made again.
func (a *Applier) show(ctx context.Context, b *target.Build) error {
	for _, sql := range []string{b.CreateLines(), b.CreateView()} {
		if err := a.Server.Exec(ctx, sql); err != nil {
			return fmt.Errorf("turn its views: %w", err)
		}
	}
	return nil
}

// fill makes a build that is whole.
func (a *Applier) fill(ctx context.Context, s *step) (*target.Build, error) {
	b, uuid, cut, err := a.cut(ctx, s)
	if err != nil || !b.Cut {
		return b, err
	}
	if err := a.backfill(ctx, b, uuid, cut); err != nil {
		return nil, err
	}
	if _, usable, err := a.taken(ctx, s.shape.Sources[0], uuid); err != nil || !usable {
		return nil, errors.Join(err, errRestarted)
	}
	if err := a.Server.Exec(ctx, b.Whole()); err != nil {
		return nil, fmt.Errorf("say that it is whole: %w", err)
	}
	return b, nil
}

// cut takes the boundary, or finds the one that a build that broke off has taken.
func (a *Applier) cut(ctx context.Context, s *step) (*target.Build, string, boundary.Vector, error) {
	if err := a.refuseFolding(ctx, s.shape.Sources[0]); err != nil {
		return nil, "", nil, err
	}
	all, err := a.states(ctx)
	if err != nil {
		return nil, "", nil, err
	}
	serial := 0
	for _, t := range all[s.Model] {
		serial = max(serial, t.serial)
		if !s.begun(t) {
			continue
		}
		b := &target.Build{Shape: s.shape, Serial: t.serial, Cut: t.cut}
		if v, usable, err := a.taken(ctx, s.shape.Sources[0], t.uuid); err != nil || usable {
			return b, t.uuid, v, err
		}
	}
	return a.take(ctx, &target.Build{Shape: s.shape, Serial: serial + 1})
}

// begun reports whether a state is one whose building broke off, and not one that was shown before.
func (s *step) begun(t table) bool {
	return t.fed && t.mark == s.shape.Mark() && (s.found.current == nil || t.serial > s.found.current.serial)
}

// take makes the build's tables at a boundary of its own.
func (a *Applier) take(ctx context.Context, b *target.Build) (*target.Build, string, boundary.Vector, error) {
	reader := boundary.Reader{Server: a.Server, Table: b.Sources[0], Stopped: a.Stopped}
	v, err := reader.Take(ctx, &feed{server: a.Server, build: b})
	if err != nil {
		return nil, "", nil, err
	}
	rows, err := a.Server.Rows(ctx, "SELECT toString(uuid) FROM system.tables WHERE concat(database, '.', name) = "+target.Text(b.State()))
	if err != nil || len(rows) == 0 {
		return nil, "", nil, fmt.Errorf("look for its state: %w", err)
	}
	return b, rows[0][0], v, a.record(ctx, b.Name, rows[0][0], "", v)
}
