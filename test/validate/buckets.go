package validate

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// buckets are an aggregate's rows: measures by the text of their dimensions. A bucket
// that nothing adds to any more is not there.
type buckets map[string]*bucket

type bucket struct {
	measures []*big.Rat
}

// add sums measures into a bucket.
func (b buckets) add(dimensions []string, measures ...*big.Rat) {
	key := strings.Join(dimensions, ", ")
	have := b[key]
	if have == nil {
		have = &bucket{measures: make([]*big.Rat, len(measures))}
		for i := range have.measures {
			have.measures[i] = new(big.Rat)
		}
		b[key] = have
	}
	for i, m := range measures {
		have.measures[i].Add(have.measures[i], m)
	}
}

// addTexts is add with measures as texts.
func (b buckets) addTexts(dimensions, measures []string) error {
	values := make([]*big.Rat, len(measures))
	for i, t := range measures {
		v, ok := new(big.Rat).SetString(t)
		if !ok {
			return fmt.Errorf("%q is no number", t)
		}
		values[i] = v
	}
	b.add(dimensions, values...)
	return nil
}

// differ names the buckets that are not the same in other, sorted.
func (b buckets) differ(other buckets) []string {
	var out []string
	for k, want := range b {
		if have := other[k]; have == nil || !slices.EqualFunc(want.measures, have.measures, func(x, y *big.Rat) bool { return x.Cmp(y) == 0 }) {
			out = append(out, fmt.Sprintf("(%s): the source has %s, ClickHouse %s", k, want, have))
		}
	}
	for k, have := range other {
		if b[k] == nil {
			out = append(out, fmt.Sprintf("(%s): the source has nothing, ClickHouse %s", k, have))
		}
	}
	slices.Sort(out)
	return out
}

// String prints the measures.
func (b *bucket) String() string {
	if b == nil {
		return "nothing"
	}
	texts := make([]string, len(b.measures))
	for i, m := range b.measures {
		texts[i] = m.RatString()
	}
	return "[" + strings.Join(texts, " ") + "]"
}
