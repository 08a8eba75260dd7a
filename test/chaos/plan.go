package chaos

import (
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-cdc/tidemark/test/fault"
)

// Blow is one fault of a plan: when it strikes and how long it stands, both counted
// from the beginning of the run.
type Blow struct {
	Fault fault.Fault
	At    time.Duration
	For   time.Duration
}

const (
	warm = 5 * time.Second // so that a first fault finds something in flight
	// healing is left to a fault before what it held is taken again. One that needs
	// longer is waited for when the run comes to it.
	healing = 10 * time.Second
)

// Plan draws the faults of a run, one per gap in the mean. It depends on its arguments
// alone: the same seed strikes the same faults at the same times.
func Plan(seed uint64, length, gap time.Duration, from []fault.Fault) []Blow {
	r := rand.New(rand.NewPCG(seed, 0x7469_6465))
	kinds := byKind(from)
	var plan []Blow
	free := map[string]time.Duration{} // when what a fault holds is let go
	for at := warm; at < length && len(kinds) > 0; at += gap/3 + time.Duration(r.Int64N(int64(gap*4/3))) {
		kind := kinds[r.IntN(len(kinds))]
		f := kind[r.IntN(len(kind))]
		b := Blow{Fault: f, At: at.Round(time.Millisecond), For: stands(r, f)}
		holds := append([]string{f.Name}, f.Holds...)
		for _, h := range holds { // what is still held makes it wait
			b.At = max(b.At, free[h])
		}
		if b.At+b.For >= length {
			continue
		}
		for _, h := range holds {
			free[h] = b.At + b.For + healing
		}
		plan = append(plan, b)
	}
	slices.SortStableFunc(plan, func(a, b Blow) int { return int(a.At - b.At) })
	return plan
}

func stands(r *rand.Rand, f fault.Fault) time.Duration {
	if f.Most == 0 {
		return 0
	}
	return (f.Least + time.Duration(r.Int64N(int64(f.Most-f.Least)+1))).Round(time.Millisecond)
}

// byKind gives every kind the same chance, however many faults it has.
func byKind(from []fault.Fault) [][]fault.Fault {
	var kinds [][]fault.Fault
	at := map[string]int{}
	for _, f := range from {
		i, ok := at[f.Kind]
		if !ok {
			i = len(kinds)
			at[f.Kind], kinds = i, append(kinds, nil)
		}
		kinds[i] = append(kinds[i], f)
	}
	return kinds
}

// Choose are the faults whose name or kind matches one of the patterns; none: all.
func Choose(from []fault.Fault, patterns []string) ([]fault.Fault, error) {
	if len(patterns) == 0 {
		return from, nil
	}
	var chosen []fault.Fault
	for _, f := range from {
		for _, p := range patterns {
			name, err := path.Match(p, f.Name)
			if err != nil {
				return nil, fmt.Errorf("pattern %q of faults: %w", p, err)
			}
			if name || strings.EqualFold(p, f.Kind) {
				chosen = append(chosen, f)
				break
			}
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no fault is called %s; --list shows them", strings.Join(patterns, " or "))
	}
	return chosen, nil
}
