package explore

import "hash/maphash"

// set numbers states in the order in which they are found. It keeps each state once:
// the table of slots holds numbers, not states, so that millions fit into memory.
type set[S comparable] struct {
	seed   maphash.Seed
	states []S
	parent []int32
	slots  []int32 // a state's number plus one; 0 is free
}

func newSet[S comparable]() *set[S] {
	return &set[S]{seed: maphash.MakeSeed(), slots: make([]int32, 1<<12)}
}

// add gives the state's number, and whether it is new.
func (t *set[S]) add(s S, parent int32) (number int32, fresh bool) {
	if len(t.states)*2 >= len(t.slots) {
		t.grow()
	}
	at := t.find(&s)
	if n := t.slots[at]; n != 0 {
		return n - 1, false
	}
	t.states = append(t.states, s)
	t.parent = append(t.parent, parent)
	t.slots[at] = int32(len(t.states))
	return int32(len(t.states) - 1), true
}

// find gives the slot of s, or the free one where it belongs.
func (t *set[S]) find(s *S) uint64 {
	mask := uint64(len(t.slots) - 1)
	at := maphash.Comparable(t.seed, *s) & mask
	for t.slots[at] != 0 && t.states[t.slots[at]-1] != *s {
		at = (at + 1) & mask
	}
	return at
}

func (t *set[S]) grow() {
	t.slots = make([]int32, 2*len(t.slots))
	for i := range t.states {
		t.slots[t.find(&t.states[i])] = int32(i + 1)
	}
}
