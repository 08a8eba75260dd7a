package explore

import "fmt"

// All explores a system breadth first, up to limit states. It looks for a wrong state,
// and, where there is none, for a state from which no good end can be reached any more.
func All[S comparable, A fmt.Stringer](sys System[S, A], limit int) *Verdict {
	x := &search[S, A]{sys: sys, known: newSet[S](), verdict: &Verdict{}}
	x.known.add(sys.Start(), -1)
	x.from = append(x.from, 0)
	for i := 0; i < len(x.known.states); i++ {
		if x.verdict.Limited = len(x.known.states) > limit; x.verdict.Limited {
			break
		}
		if x.visit(int32(i)); x.verdict.Broken != "" {
			break
		}
	}
	if x.verdict.Broken == "" && !x.verdict.Limited {
		x.stuck()
	}
	x.verdict.States, x.verdict.Steps = len(x.known.states), len(x.to)
	return x.verdict
}

// search is a walk under way. The steps out of state i lead to to[from[i]:from[i+1]].
type search[S comparable, A fmt.Stringer] struct {
	sys     System[S, A]
	known   *set[S]
	from    []int32
	to      []int32
	ends    []int32
	verdict *Verdict
}

func (x *search[S, A]) visit(i int32) {
	s := x.known.states[i]
	if wrong := x.sys.Wrong(&s); wrong != "" {
		x.broken(i, wrong)
		return
	}
	if x.sys.End(&s) {
		x.ends = append(x.ends, i)
		x.verdict.Ends++
	}
	x.sys.Next(&s, func(_ A, next S) {
		j, _ := x.known.add(next, i)
		x.to = append(x.to, j)
	})
	x.from = append(x.from, int32(len(x.to)))
}

// stuck looks for the first state that no good end can be reached from.
func (x *search[S, A]) stuck() {
	n := len(x.known.states)
	back := reverse(n, x.from, x.to)
	reached := make([]bool, n)
	work := x.ends
	for _, i := range work {
		reached[i] = true
	}
	for len(work) > 0 {
		i := work[len(work)-1]
		work = work[:len(work)-1]
		for _, j := range back.of(i) {
			if !reached[j] {
				reached[j] = true
				work = append(work, j)
			}
		}
	}
	for i := range reached {
		if !reached[i] {
			x.broken(int32(i), "from here no good end can be reached any more")
			return
		}
	}
}

// edges are the steps into state i: to[from[i]:from[i+1]].
type edges struct{ from, to []int32 }

func (e *edges) of(i int32) []int32 { return e.to[e.from[i]:e.from[i+1]] }

func reverse(n int, from, to []int32) *edges {
	e := &edges{from: make([]int32, n+2), to: make([]int32, len(to))}
	for _, j := range to {
		e.from[j+2]++
	}
	for i := 2; i < len(e.from); i++ {
		e.from[i] += e.from[i-1]
	}
	for i := 0; i+1 < len(from); i++ {
		for _, j := range to[from[i]:from[i+1]] {
			e.to[e.from[j+1]] = int32(i)
			e.from[j+1]++
		}
	}
	return e
}

// broken notes a wrong state with the way to it. The steps' names were not kept: each is
// found again by taking the steps of the state before.
func (x *search[S, A]) broken(i int32, wrong string) {
	x.verdict.Broken = wrong
	var path []int32
	for ; i >= 0; i = x.known.parent[i] {
		path = append(path, i)
	}
	for k := len(path) - 2; k >= 0; k-- {
		x.verdict.Trace = append(x.verdict.Trace, x.name(path[k+1], path[k]))
	}
}

func (x *search[S, A]) name(from, to int32) (step string) {
	s := x.known.states[from]
	x.sys.Next(&s, func(a A, next S) {
		if step == "" && next == x.known.states[to] {
			step = a.String()
		}
	})
	return step
}
