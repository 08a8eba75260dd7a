package demo

import (
	"fmt"
	"sort"

	"github.com/shopspring/decimal"
)

// buckets are an aggregate's rows: measures by the text of their dimensions.
type buckets map[string][]decimal.Decimal

// add sums measures into a bucket.
func (b buckets) add(dimensions []string, measures ...decimal.Decimal) {
	key := fmt.Sprintf("%q", dimensions)
	have := b[key]
	if have == nil {
		have = make([]decimal.Decimal, len(measures))
		b[key] = have
	}
	for i, m := range measures {
		have[i] = have[i].Add(m)
	}
}

// total sums one measure over all buckets.
func (b buckets) total(measure int) decimal.Decimal {
	var sum decimal.Decimal
	for _, m := range b {
		sum = sum.Add(m[measure])
	}
	return sum
}

// differ gives the buckets that are not the same on both sides, sorted.
func (b buckets) differ(other buckets) []string {
	var keys []string
	for k, m := range b {
		if !same(m, other[k]) {
			keys = append(keys, k)
		}
	}
	for k := range other {
		if _, ok := b[k]; !ok {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	return keys
}

func same(a, b []decimal.Decimal) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].Equal(b[i]) {
			return false
		}
	}
	return true
}
