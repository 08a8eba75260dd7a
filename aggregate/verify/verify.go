// Package verify compares aggregates with what the current rows add up to.
package verify

import (
	"context"
	"fmt"
	"strings"

	"github.com/tidemark-cdc/tidemark/aggregate/model"
	"github.com/tidemark-cdc/tidemark/aggregate/target"
)

// Server runs queries.
type Server interface {
	Rows(ctx context.Context, sql string) ([][]string, error)
}

// Difference is a group whose sums are not those of the current rows: aggregate less recomputed, per column.
type Difference struct {
	Group []string `json:"group"`
	Off   []string `json:"off"`
}

// shown bounds the differences that are given back; all of them are counted.
const shown = 20

// Check compares one model and gives the first differences and how many groups there are of them. Rows that are applied
// between its two reads count as differences: it means something where nothing is being written.
func Check(ctx context.Context, server Server, m *model.Model) (first []Difference, differing int, err error) {
	rows, err := server.Rows(ctx, query(m))
	if err != nil {
		return nil, 0, fmt.Errorf("verify %s: %w", m.Name, err)
	}
	for i, r := range rows {
		if i == shown {
			break
		}
		first = append(first, Difference{Group: r[:len(m.Grain)], Off: r[len(m.Grain):]})
	}
	return first, len(rows), nil
}

func query(m *model.Model) string {
	measures := append(append([]string{}, m.Measures...), model.Count)
	var grain, held, recomputed, sums, off []string
	for _, g := range m.Grain {
		grain = append(grain, "`"+g+"`")
	}
	for _, name := range measures {
		held = append(held, "v.`"+name+"` AS `"+name+"`")
		recomputed = append(recomputed, "-c.`"+name+"` AS `"+name+"`")
		sums = append(sums, "sum(u.`"+name+"`) AS `"+name+"`")
		off = append(off, "sum(u.`"+name+"`) != 0")
	}
	columns := func(alias string, more []string) string {
		var out []string
		for _, g := range grain {
			out = append(out, alias+"."+g+" AS "+g)
		}
		return strings.Join(append(out, more...), ", ")
	}
	by := ""
	if len(grain) > 0 {
		by = " GROUP BY " + strings.Join(grain, ", ")
	}
	return fmt.Sprintf("SELECT %s FROM (SELECT %s FROM %s AS v UNION ALL SELECT %s FROM (%s) AS c) AS u%s HAVING %s",
		columns("u", sums), columns("v", held), target.View(m.Name), columns("c", recomputed), current(m), by, strings.Join(off, " OR "))
}

// current is the model's SELECT with each source's rows as they are now in place of its signed history.
func current(m *model.Model) string {
	sql := m.Select
	for _, s := range m.Sources {
		sql = strings.ReplaceAll(sql, model.Source(s), "(SELECT *, toInt8(1) AS _sign FROM current."+s+" FINAL) AS ")
	}
	return sql
}
