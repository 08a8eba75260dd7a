package sink

// fold makes the rows of a range, record by record, as sink/batch and sink/rows do.
type fold struct {
	off   Off
	raw   *Table
	first int8
	newer bool // a program that refuses key 2

	high   int8
	window Window
	torn   [4]int8
	held   [4]bool // keys whose chain is broken in this batch
	rows   Block
	dead   uint16
	// buried are the offsets of the deletes that found nothing to take back; without are
	// those below the range, newest version per key.
	buried  uint16
	without [4]int8
}

// take adds the record at an offset.
func (f *fold) take(offset int8, r *Record) {
	switch {
	case r.Kind == Begin:
		f.begin(r)
	case r.Kind == End:
		f.end(offset, r)
	case f.duplicate(r):
	default:
		if !r.Repair || f.off.has(RepairKeepsHigh) {
			f.high = r.Version
		}
		f.change(offset, r)
	}
}

func (f *fold) begin(r *Record) {
	first := f.high == 0
	f.window = Window{Open: true, Initial: r.Initial && first, Chained: r.Initial && first, Begin: r.Version}
}

// end takes back what is alive below the range, older than the window, and not seen since.
func (f *fold) end(offset int8, r *Record) {
	w := f.window
	f.window = Window{}
	if !w.Open || w.Initial || f.off.has(Sweep) {
		return
	}
	for key := int8(1); key <= 3; key++ {
		s := f.raw.newest(key, f.first)
		if s != 0 && !s.minus() && s.version() < w.Begin {
			f.rows.add(row(key, max(r.Version, w.Begin), s.value(), offset, true))
		}
	}
}

func (f *fold) duplicate(r *Record) bool {
	if r.Repair && !f.off.has(RepairPasses) || f.off.has(DropByPosition) {
		return false
	}
	return r.Version < f.high || r.Version == f.high && r.Kind != Read
}

func (f *fold) change(offset int8, r *Record) {
	switch {
	case r.Bad || f.newer && r.Key == 2:
		f.bury(offset, r)
	case f.chained(r):
		f.write(offset, r, r.Before)
	default:
		f.resolve(offset, r)
	}
}

func (f *fold) bury(offset int8, r *Record) {
	f.dead |= 1 << offset
	f.torn[r.Key] = max(f.torn[r.Key], r.Version)
}

// chained reports whether the record's own before image is believed.
func (f *fold) chained(r *Record) bool {
	switch {
	case f.torn[r.Key] > 0 && !f.off.has(TornLookUp),
		f.window.Open && !f.window.Chained && !f.off.has(WindowLookUp),
		r.Repair, f.held[r.Key]:
		return false
	case r.Kind == Read:
		return f.window.Open
	}
	return r.Chained
}

// resolve applies a record to what the batch and raw hold of its key.
func (f *fold) resolve(offset int8, r *Record) {
	f.held[r.Key] = true
	s := f.holds(r.Key)
	alive := s != 0 && !s.minus()
	blind := f.off.has(StaleNoOp) || r.Repair && f.off.has(RepairLookUp)
	if s != 0 && r.Version <= s.version() && !blind || r.Repair && r.Version < f.without[r.Key] {
		return
	}
	if r.Kind == Delete && !alive {
		f.orphan(offset, r)
		return
	}
	before := int8(0)
	if alive {
		before = s.value()
	}
	f.write(offset, r, before)
}

// orphan is a delete that finds nothing alive. Of a torn key it is kept: what it deletes
// may be sent again.
func (f *fold) orphan(offset int8, r *Record) {
	if f.torn[r.Key] > 0 && !f.off.has(BuriedDelete) {
		f.buried |= 1 << offset
		f.without[r.Key] = max(f.without[r.Key], r.Version)
	}
}

// holds is the newest row of a key, from the batch or from raw.
func (f *fold) holds(key int8) (s Row) {
	if !f.off.has(LookUpInBatch) {
		for _, r := range f.rows[:f.rows.len()] {
			if r.key() == key {
				s = r
			}
		}
	}
	if s != 0 {
		return s
	}
	below := f.first
	if f.off.has(LookUpBelow) {
		below = 15
	}
	return f.raw.newest(key, below)
}

func (f *fold) write(offset int8, r *Record, before int8) {
	if before != 0 {
		f.rows.add(row(r.Key, r.Version, before, offset, true))
	}
	if r.Kind != Delete {
		f.rows.add(row(r.Key, r.Version, r.Value, offset, false))
	}
}
