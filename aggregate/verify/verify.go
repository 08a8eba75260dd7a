// Package verify compares aggregates with what the current rows add up to, both at one position, while writes go on.
package verify

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-cdc/tidemark/aggregate/boundary"
	"github.com/tidemark-cdc/tidemark/aggregate/model"
	"github.com/tidemark-cdc/tidemark/aggregate/target"
)

// Result is what the comparison of a model found.
type Result struct {
	Model     string          `json:"model"`
	Compared  int             `json:"compared"`
	Differing int             `json:"differing"`
	First     []Difference    `json:"first,omitempty"`
	At        boundary.Vector `json:"at"`
	Seconds   float64         `json:"seconds"`
}

// Difference is a group whose sums are not those of the current rows: aggregate less recomputed, per column.
type Difference struct {
	Group []string `json:"group"`
	Off   []string `json:"off"`
}

// String says by how much which measure is off.
func (d Difference) String() string {
	return strings.Join(d.Group, ", ") + ": " + strings.Join(d.Off, " ")
}

// shown bounds the differences that are given back; all of them are counted.
const shown = 20

// Held gives the tables that a model's sums are in, its state first, and a condition on the groups u that count, if not
// all of them do.
type Held func(ctx context.Context, m *model.Model) (tables []string, condition string, err error)

// Model compares a model at one position of its source. What differs is compared once more at another: a fault stays, and
// what does not was an insert that broke off between its tables and was on its way again.
func Model(ctx context.Context, server Server, held Held, m *model.Model) (r Result, err error) {
	for range 2 {
		if r, err = once(ctx, server, held, m); err != nil || r.Differing == 0 {
			break
		}
	}
	if err != nil {
		return r, fmt.Errorf("model %s: %w", m.Name, err)
	}
	err = server.Exec(ctx, fmt.Sprintf("INSERT INTO ops.aggregate_checks (model, compared, differing, seconds) VALUES (%s, %d, %d, %f)",
		target.Text(m.Name), r.Compared, r.Differing, r.Seconds))
	if err != nil {
		return r, fmt.Errorf("model %s: write down the result: %w", m.Name, err)
	}
	return r, nil
}

func once(ctx context.Context, server Server, held Held, m *model.Model) (r Result, err error) {
	names, kept, err := held(ctx, m)
	if err != nil {
		return r, err
	}
	s, err := take(ctx, server, m.Sources[0], append([]string{"current." + m.Sources[0]}, names...))
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, s.Drop(context.WithoutCancel(ctx))) }()
	return s.compare(ctx, m, names, kept)
}

// tables are the copies that a model is compared in.
func (s *snapshot) tables(m *model.Model, held []string) tables {
	t := tables{current: s.copies["current."+m.Sources[0]]}
	for _, h := range held {
		t.held = append(t.held, s.copies[h])
	}
	return t
}

func (s *snapshot) compare(ctx context.Context, m *model.Model, held []string, kept string) (Result, error) {
	began := time.Now()
	query := groups(m, s.tables(m, held), kept)
	rows, err := s.server.Rows(ctx, "SELECT count(), countIf(_off) FROM ("+query+")")
	if err != nil {
		return Result{}, err
	}
	r := Result{Model: m.Name, At: s.at}
	r.Compared, _ = strconv.Atoi(rows[0][0])
	r.Differing, _ = strconv.Atoi(rows[0][1])
	if r.Differing > 0 {
		if rows, err = s.server.Rows(ctx, fmt.Sprintf("SELECT * EXCEPT (_off) FROM (%s) WHERE _off LIMIT %d", query, shown)); err != nil {
			return Result{}, err
		}
		for _, row := range rows {
			r.First = append(r.First, Difference{Group: row[:len(m.Grain)], Off: row[len(m.Grain):]})
		}
	}
	r.Seconds = time.Since(began).Seconds()
	return r, nil
}
