package capture

import "fmt"

// fold reads a partition as a sink does.
type fold struct {
	m    *Model
	part int
	high int8 // version
	// value and version of the key's image, and how often it is held: 0 or 1 when right.
	value, version, held int8
	open, chained        bool
	windowAt             int8
	ended                bool // a snapshot has ended
	wrong                string
}

// take reads the next record and notes what is wrong about it.
func (f *fold) take(i Item) {
	switch i.kind() {
	case begin, initial:
		first := f.high == 0 || f.m.off.has(InitialOnce)
		f.open, f.chained, f.windowAt = true, i.kind() == initial && first, 2*i.commit()+1
	case end:
		f.end()
	case rowItem:
		if i.version() >= f.high {
			f.high = i.version()
			f.row(i)
		}
	default:
		if i.version() > f.high {
			f.change(i)
			f.high = i.version()
		}
	}
}

// end sweeps a key that the snapshot did not show.
func (f *fold) end() {
	if f.open && !f.chained && f.held > 0 && f.version < f.windowAt {
		f.held = 0
	}
	f.open, f.ended = false, true
}

// covers is the version up to which all that the source did is in: a snapshot leaves no
// row of a key that was gone when it was read.
func (f *fold) covers() int8 { return max(f.high, f.windowAt) }

func (f *fold) row(i Item) {
	switch {
	case f.open && f.chained:
		f.held++
	case f.version >= i.version():
		return
	default:
		f.held = 1
	}
	f.value, f.version = f.m.value(f.part, i.commit()), i.version()
}

func (f *fold) change(i Item) {
	c := i.commit()
	before := f.m.value(f.part, c-1)
	if 2*f.m.touched(f.part, c-1) > f.covers() {
		f.wrong = fmt.Sprintf("%s comes to partition %d, but commit %d before it never did", i, f.part, f.m.touched(f.part, c-1))
	}
	if !f.open || f.chained { // the before image is believed
		if before != 0 && (f.held != 1 || f.value != before) || before == 0 && f.held != 0 {
			f.wrong = fmt.Sprintf("%s takes back value %d from partition %d, which holds value %d %d times", i, before, f.part, f.value, f.held)
		}
	}
	f.held, f.value, f.version = 1, c, i.version()
	if f.m.Commits[c-1][f.part] == Deletes {
		f.held = 0
	}
}

// read folds a partition's first n records.
func (m *Model) read(log *Items, part int, n int8) fold {
	f := fold{m: m, part: part}
	for _, i := range log[:n] {
		f.take(i)
		if f.held > 1 && f.wrong == "" {
			f.wrong = fmt.Sprintf("partition %d holds its key %d times after %s", part, f.held, i)
		}
		if f.wrong != "" {
			break
		}
	}
	return f
}
