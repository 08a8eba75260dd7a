package verify

import (
	"fmt"
	"strings"

	"github.com/tidemark-cdc/tidemark/aggregate/model"
)

// tables are what a model's two sides are read from.
type tables struct {
	held    []string // its state, and its past
	current string   // the current rows of its source
}

// groups is, per group of the model, what is held less what the current rows add up to, and whether that is nothing. Conditions
// on the grain pick groups.
func groups(m *model.Model, t tables, conditions ...string) string {
	measures := append(append([]string{}, m.Measures...), model.Count)
	var held, recomputed, sums, off []string
	for _, name := range measures {
		held = append(held, "v.`"+name+"` AS `"+name+"`")
		recomputed = append(recomputed, "-c.`"+name+"` AS `"+name+"`")
		sums = append(sums, "sum(u.`"+name+"`) AS `"+name+"`")
		off = append(off, "sum(u.`"+name+"`) != 0")
	}
	var sides []string
	for _, table := range t.held {
		sides = append(sides, "SELECT "+columns(m, "v", held)+" FROM "+table+" AS v")
	}
	sides = append(sides, "SELECT "+columns(m, "c", recomputed)+" FROM ("+current(m, t.current)+") AS c")
	where, by := " WHERE true", ""
	for _, c := range conditions {
		if c != "" {
			where += " AND (" + c + ")"
		}
	}
	if len(m.Grain) > 0 {
		by = " GROUP BY `" + strings.Join(m.Grain, "`, `") + "`"
	}
	return fmt.Sprintf("SELECT %s, %s AS _off FROM (%s) AS u%s%s", columns(m, "u", sums), strings.Join(off, " OR "), strings.Join(sides, " UNION ALL "), where, by)
}

// columns are the grain's, and more.
func columns(m *model.Model, alias string, more []string) string {
	var out []string
	for _, g := range m.Grain {
		out = append(out, alias+".`"+g+"` AS `"+g+"`")
	}
	return strings.Join(append(out, more...), ", ")
}

// current is the model's SELECT with its source's rows as they are in place of its signed history.
func current(m *model.Model, table string) string {
	return strings.ReplaceAll(m.Select, model.Source(m.Sources[0]), "(SELECT *, toInt8(1) AS _sign FROM "+table+" FINAL) AS ")
}
