package emit

import (
	"bytes"
	"errors"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

var null = []byte("null")

// appendRow writes a row as a JSON object. Columns that were not sent are left out: absent is not null.
func (t *Table) appendRow(dst []byte, row pgoutput.Tuple) []byte {
	start := len(dst)
	for i := range t.columns {
		if row[i].State != pgoutput.Unchanged {
			dst = t.columns[i].appendMember(dst, &row[i])
		}
	}
	return closeObject(dst, start)
}

// appendIdentity writes only the columns of the replica identity: the others are null in an old tuple because they were not logged.
func (t *Table) appendIdentity(dst []byte, row pgoutput.Tuple) []byte {
	start := len(dst)
	for i := range t.columns {
		if t.columns[i].ident {
			dst = t.columns[i].appendMember(dst, &row[i])
		}
	}
	return closeObject(dst, start)
}

// appendKey writes the record key. A table without a key has none.
func (t *Table) appendKey(dst []byte, row pgoutput.Tuple) []byte {
	start := len(dst)
	for _, i := range t.key {
		dst = t.columns[i].appendMember(dst, &row[i])
	}
	if len(dst) == start {
		return dst
	}
	return closeObject(dst, start)
}

// closeObject puts the brace in the place of the first member's comma.
func closeObject(dst []byte, start int) []byte {
	if len(dst) == start {
		return append(dst, '{', '}')
	}
	dst[start] = '{'
	return append(dst, '}')
}

func (c *column) appendMember(dst []byte, v *pgoutput.Value) []byte {
	dst = append(dst, c.member...)
	if v.State != pgoutput.Text {
		return append(dst, null...)
	}
	out, err := c.append(dst, v.Data)
	if err != nil {
		// A text that isn't the type's must neither stop the stream nor be lost: the sink will set it aside with its reason.
		return wire.AppendString(dst, v.Data)
	}
	return out
}

// sameKey compares the key columns of two rows. An old tuple that lacks a key column (null: keys hold none) is of the same key.
func (t *Table) sameKey(old, new pgoutput.Tuple) bool {
	for _, i := range t.key {
		if old[i].State == pgoutput.Text && !bytes.Equal(old[i].Data, new[i].Data) {
			return false
		}
	}
	return true
}

// fill puts the old row's values where the new row says unchanged, and reports whether the new row is complete then.
func fill(row, old pgoutput.Tuple) (complete bool) {
	complete = true
	for i := range row {
		if row[i].State != pgoutput.Unchanged {
			continue
		}
		if len(old) == 0 || old[i].State == pgoutput.Unchanged {
			complete = false
			continue
		}
		row[i] = old[i]
	}
	return complete
}

// keyless reports whether a key column's value is missing in an old tuple.
func (t *Table) keyless(old pgoutput.Tuple) bool {
	for _, i := range t.key {
		if old[i].State != pgoutput.Text {
			return true
		}
	}
	return false
}

// errIdentity says that an old row can't be found by its key.
func errIdentity(t *Table) error {
	return fault.New(fault.Setup, "capture "+t.Contract.Name(), errors.New("a change carries the old row without the contract's key"),
		"The replica identity lacks key columns: ALTER TABLE "+t.Contract.Name()+" REPLICA IDENTITY FULL. The change that was met can't be read any more: take a new snapshot of the table.")
}

// keyOrNull gives a table without a key a null record key.
func keyOrNull(key []byte) []byte {
	if len(key) == 0 {
		return nil
	}
	return key
}
