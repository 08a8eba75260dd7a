// Package apply makes models real beside a pipeline that runs: a table of sums, the materialized view that feeds it from
// an exact boundary on, a backfill below the boundary, and the view that people query, which turns to it at the end.
package apply

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/tidemark-cdc/tidemark/aggregate/model"
	"github.com/tidemark-cdc/tidemark/aggregate/target"
)

// Server runs statements.
type Server interface {
	Exec(ctx context.Context, sql string) error
	Rows(ctx context.Context, sql string) ([][]string, error)
}

// ErrNotAsItsFile says that a model is not there, or was made from another file than there is now.
var ErrNotAsItsFile = errors.New("the model is not made as its file says: run aggregate apply")

// Applier makes models on a server.
type Applier struct {
	Server Server
	// Progress is told how many of a model's chunks are summed up; nil is fine.
	Progress func(model string, done, total int)
	// Stopped says that no sink runs, and none will before this ends.
	Stopped bool
}

// Outcome is what becomes, or became, of a model.
type Outcome struct {
	Model  string `json:"model"`
	Action Action `json:"action"`
	Detail string `json:"detail,omitempty"`
}

// Action is what is done with a model.
type Action string

// The actions.
const (
	Kept    Action = "kept"    // as it is
	Made    Action = "made"    // it was not there
	Changed Action = "changed" // built anew, because its file or its source changed
	Rebuilt Action = "rebuilt" // built anew, because that was asked for
	Removed Action = "removed" // it has no file any more
	Extra   Action = "extra"   // it has no file here, and stays
	Skipped Action = "skipped" // its source is not there: a contract that is not used here
	Viewed  Action = "view"    // a view holds nothing, it is made anew each time
)

// step is what is to be done with a model, and with what.
type step struct {
	Outcome
	shape *target.Shape
	found found
}

// Plan says what Apply would do with a model.
func (a *Applier) Plan(ctx context.Context, m *model.Model) (Outcome, error) {
	s, err := a.plan(ctx, m)
	if err != nil {
		return Outcome{}, fmt.Errorf("model %s: %w", m.Name, err)
	}
	return s.Outcome, nil
}

// Apply makes one model, or leaves it as it is when it is there already. Sinks may write meanwhile. One that broke off
// is gone on with.
func (a *Applier) Apply(ctx context.Context, m *model.Model) (Outcome, error) {
	return a.make(ctx, m, false)
}

// Rebuild makes a model anew, whatever there is of it.
func (a *Applier) Rebuild(ctx context.Context, m *model.Model) (Outcome, error) {
	return a.make(ctx, m, true)
}

func (a *Applier) make(ctx context.Context, m *model.Model, anew bool) (Outcome, error) {
	s, err := a.plan(ctx, m)
	if err == nil && anew && s.Action == Kept {
		s.Action = Rebuilt
	}
	if err == nil && s.Action != Skipped {
		err = a.carryOut(ctx, s)
	}
	if err != nil {
		return Outcome{}, fmt.Errorf("model %s: %w", m.Name, err)
	}
	return s.Outcome, nil
}

func (a *Applier) plan(ctx context.Context, m *model.Model) (*step, error) {
	missing, err := a.missing(ctx, m)
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		return &step{Outcome: Outcome{m.Name, Skipped, "no table " + strings.Join(missing, ", ")}}, nil
	}
	shape, err := a.Shape(ctx, m)
	if err != nil {
		return nil, err
	}
	f, err := a.find(ctx, m.Name)
	if err != nil {
		return nil, err
	}
	s := &step{Outcome: Outcome{Model: m.Name, Action: Kept}, shape: shape, found: f}
	switch {
	case f.current == nil:
		s.Action = Made
	case f.current.mark != shape.Mark():
		s.Action, s.Detail = Changed, "what is shown was made from another SELECT"
	}
	return s, nil
}

// Shape asks the server for the types of the model's columns.
func (a *Applier) Shape(ctx context.Context, m *model.Model) (*target.Shape, error) {
	rows, err := a.Server.Rows(ctx, "DESCRIBE TABLE ("+m.Select+")")
	if err != nil {
		return nil, fmt.Errorf("describe the SELECT: %w", err)
	}
	var columns []target.Column
	for _, r := range rows {
		columns = append(columns, target.Column{Name: r[0], Type: r[1]})
	}
	return target.NewShape(m, columns)
}
