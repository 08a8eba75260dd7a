package olist

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Groups are sums by a key of several texts.
type Groups map[string][]float64

const separator = "\t"

// Add adds values to those of a key.
func (g Groups) Add(key []string, values ...float64) {
	k := strings.Join(key, separator)
	if g[k] == nil {
		g[k] = make([]float64, len(values))
	}
	for i, v := range values {
		g[k][i] += v
	}
}

// Then computes further columns of every group, or replaces all.
func (g Groups) Then(more func(v []float64) []float64) Groups {
	for k, v := range g {
		g[k] = more(v)
	}
	return g
}

// Top keeps the first n by a column, largest first, ties by the key in the given order of its parts.
func (g Groups) Top(n, column int) Groups {
	keys := make([]string, 0, len(g))
	for k := range g {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if x, y := g[a][column], g[b][column]; x != y {
			if x > y {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	out := Groups{}
	for _, k := range keys[:min(n, len(keys))] {
		out[k] = g[k]
	}
	return out
}

// Sum adds a column up over all groups.
func (g Groups) Sum(column int) (sum float64) {
	for _, v := range g {
		sum += v[column]
	}
	return sum
}

func money(cents int64) float64 { return float64(cents) / 100 }

func month(t time.Time) string { return t.Format("2006-01") + "-01" }

func date(t time.Time) string { return t.Format(time.DateOnly) }

func number(n int) string { return fmt.Sprint(n) }

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// round takes the noise of binary fractions out of sums of cents, so that ties are ties.
func (g Groups) round() Groups {
	return g.Then(func(v []float64) []float64 {
		for i := range v {
			v[i] = math.Round(v[i]*100) / 100
		}
		return v
	})
}
