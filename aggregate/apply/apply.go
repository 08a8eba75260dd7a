// Package apply makes models real: a table of sums, the materialized view that feeds it, and the view that people query.
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

// ErrLive says that a model cannot be made right now because rows are, or may be, written meanwhile.
var ErrLive = errors.New("raw holds rows already")

// Applier makes models on a server.
type Applier struct {
	Server Server
	// Offline is the caller's word that nothing writes to raw until Apply returns. Without it only what needs no backfill
	// is made: a backfill beside a running sink would miss or double the rows that arrive between its two halves.
	Offline bool
}

// Outcome is what became of a model.
type Outcome struct {
	Model  string `json:"model"`
	Action Action `json:"action"`
	Detail string `json:"detail,omitempty"`
}

// Action is what was done.
type Action string

// The actions.
const (
	Kept    Action = "kept"
	Made    Action = "made"
	Rebuilt Action = "rebuilt"
	Skipped Action = "skipped"
	// Viewed: a view holds nothing, it is made anew each time.
	Viewed Action = "view"
)

// Apply makes one model, or leaves it as it is when it is there already.
func (a *Applier) Apply(ctx context.Context, m *model.Model) (Outcome, error) {
	missing, err := a.missing(ctx, m)
	if err != nil {
		return Outcome{}, a.failed(m, err)
	}
	if len(missing) > 0 {
		return Outcome{m.Name, Skipped, "no table " + strings.Join(missing, ", ")}, nil
	}
	shape, err := a.Shape(ctx, m)
	if err != nil {
		return Outcome{}, a.failed(m, err)
	}
	out, err := a.shaped(ctx, shape)
	if err != nil {
		return Outcome{}, a.failed(m, err)
	}
	return out, nil
}

func (a *Applier) failed(m *model.Model, err error) error {
	return fmt.Errorf("model %s: %w", m.Name, err)
}

func (a *Applier) shaped(ctx context.Context, s *target.Shape) (Outcome, error) {
	found, err := a.find(ctx, s.Name)
	if err != nil {
		return Outcome{}, err
	}
	action := Kept
	switch {
	case found.mark == "" || !found.fed: // without its feed a table is the remainder of a broken apply
		action = Made
	case found.mark != s.Mark():
		action = Rebuilt
	}
	if action != Kept {
		if err := a.build(ctx, s, found); err != nil {
			return Outcome{}, err
		}
	}
	return Outcome{s.Name, action, ""}, a.Server.Exec(ctx, s.CreateView())
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
