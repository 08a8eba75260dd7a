package emit

import (
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// AppendGone writes the key and then the value of a record that says that the snapshot holds no row of row's key, of which
// only the key's columns count. It gives the key's length. now is in milliseconds since 1970.
func (s Snapshot) AppendGone(dst []byte, t *Table, row pgoutput.Tuple, now int64) (_ []byte, key int) {
	start := len(dst)
	dst = t.appendKey(dst, row)
	key = len(dst) - start
	dst = append(append(append(append(dst, beforeHead...), null...), afterHead...), null...)
	st := stamp{commitTime: s.Time, snapshot: true}
	return t.appendTail(dst, &st, s.LSN, event.Delete, now), key
}

// Restated is the header of a row of the snapshot that is said again, or of its absence.
func (s Snapshot) Restated(t *Table, op event.Op) event.Header {
	h := s.Header(t, op)
	h.Flags = event.Repair | event.Restate
	return h
}
