// Package verify compares aggregates with what the current rows add up to, both at one position, while writes go on.
package verify

import (
	"context"
	"fmt"
	"slices"
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

// Held gives the tables that a model's sums are in.
type Held func(ctx context.Context, m *model.Model) (tables []string, err error)

// Source compares all models of one source, at one position of it. Each is told of as soon as it is compared.
func Source(ctx context.Context, server Server, held Held, models []*model.Model, tell func(Result)) error {
	source := models[0].Sources[0]
	all := []string{"current." + source}
	of := map[string][]string{}
	for _, m := range models {
		names, err := held(ctx, m)
		if err != nil {
			return fmt.Errorf("model %s: %w", m.Name, err)
		}
		of[m.Name] = names
		all = append(all, names...)
	}
	s, err := take(ctx, server, source, all)
	if err != nil {
		return err
	}
	defer func() { _ = s.Drop(context.WithoutCancel(ctx)) }()
	for _, m := range models {
		r, err := s.compare(ctx, m, of[m.Name])
		if err != nil {
			return fmt.Errorf("model %s: %w", m.Name, err)
		}
		tell(r)
	}
	return nil
}

// tables are the copies that a model is compared in.
func (s *snapshot) tables(m *model.Model, held []string) tables {
	t := tables{current: s.copies["current."+m.Sources[0]]}
	for _, h := range held {
		t.held = append(t.held, s.copies[h])
	}
	return t
}

func (s *snapshot) compare(ctx context.Context, m *model.Model, held []string) (Result, error) {
	began := time.Now()
	query := groups(m, s.tables(m, held), "")
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
	return r, s.server.Exec(ctx, fmt.Sprintf("INSERT INTO ops.aggregate_checks (model, compared, differing, seconds) VALUES (%s, %d, %d, %f)",
		target.Text(m.Name), r.Compared, r.Differing, r.Seconds))
}

// BySource groups models by the table that they are over, in order.
func BySource(all []*model.Model) [][]*model.Model {
	var out [][]*model.Model
	for _, m := range all {
		i := slices.IndexFunc(out, func(g []*model.Model) bool { return g[0].Sources[0] == m.Sources[0] })
		if i < 0 {
			out = append(out, nil)
			i = len(out) - 1
		}
		out[i] = append(out[i], m)
	}
	return out
}
