package rows

// trail remembers the last row of each record that was written directly, so that a later
// record of the same key that has to be resolved finds its predecessor in the batch.
type trail struct {
	steps []step
	keys  []byte
}

type step struct {
	hash     uint64
	from, to int
	// row is the last row that the record wrote: its +1 row, or a delete's -1 row.
	row int
}

func (t *trail) reset() { t.steps, t.keys = t.steps[:0], t.keys[:0] }

func (t *trail) add(hash uint64, key []byte, row int) {
	from := len(t.keys)
	t.keys = append(t.keys, key...)
	t.steps = append(t.steps, step{hash: hash, from: from, to: len(t.keys), row: row})
}

func (t *trail) key(i int) []byte { return t.keys[t.steps[i].from:t.steps[i].to] }
