package simulate

import (
	"container/heap"
	"time"
)

// agenda is what is still to happen, earliest first; of two at the same time the one entered first.
type agenda struct {
	items []item
	count uint64
}

type item struct {
	at  time.Time
	nth uint64
	do  func()
}

func (a *agenda) Len() int { return len(a.items) }
func (a *agenda) Less(i, j int) bool {
	x, y := a.items[i], a.items[j]
	return x.at.Before(y.at) || x.at.Equal(y.at) && x.nth < y.nth
}
func (a *agenda) Swap(i, j int) { a.items[i], a.items[j] = a.items[j], a.items[i] }

// Push is heap's; use enter.
func (a *agenda) Push(x any) { a.items = append(a.items, x.(item)) }

// Pop is heap's; use earliest.
func (a *agenda) Pop() any {
	last := a.items[len(a.items)-1]
	a.items = a.items[:len(a.items)-1]
	return last
}

func (a *agenda) enter(at time.Time, do func()) {
	a.count++
	heap.Push(a, item{at: at, nth: a.count, do: do})
}

func (a *agenda) earliest() item { return heap.Pop(a).(item) }
