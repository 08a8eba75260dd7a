package emit

import (
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// Snapshot is a consistent state of the database: all commits that begin below LSN and no others.
type Snapshot struct {
	Epoch uint16
	LSN   uint64
	// Time is when it was taken, microseconds since 1970 by the server's clock.
	Time int64
}

// Position sorts above every record of the commits that the snapshot holds and below those of the others.
func (s Snapshot) Position() position.Position {
	return position.Position{Epoch: s.Epoch, Commit: s.LSN}
}

// AppendRow writes the key and then the value of a snapshot row to dst and gives the key's length. now is in milliseconds since 1970.
func (s Snapshot) AppendRow(dst []byte, t *Table, row pgoutput.Tuple, now int64) (_ []byte, key int) {
	start := len(dst)
	dst = t.appendKey(dst, row)
	key = len(dst) - start
	dst = append(append(append(dst, beforeHead...), null...), afterHead...)
	dst = t.appendRow(dst, row)
	st := stamp{commitTime: s.Time, snapshot: true}
	return t.appendTail(dst, &st, s.LSN, event.Read, now), key
}

// Header is that of every row and marker of the snapshot.
func (s Snapshot) Header(t *Table, op event.Op) event.Header {
	h := event.Header{Version: s.Position(), Op: op, Schema: t.Contract.ID(), CommitTime: s.Time}
	if op == event.Read {
		h.Flags = event.Chained
	}
	return h
}

// Columns is how many values a row must have.
func (t *Table) Columns() int { return len(t.columns) }
