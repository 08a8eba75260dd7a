package emit

import (
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// Insert emits an Insert message that stands at lsn.
func (x *Transaction) Insert(t *Table, message []byte, lsn uint64) error {
	x.ordinal++
	if err := x.insert.Parse(message); err != nil {
		return err
	}
	if err := t.check(x.insert.New); err != nil {
		return err
	}
	return x.created(t, x.insert.New, lsn, x.ordinal, event.Chained)
}

// Update emits an Update message that stands at lsn: one record, or a delete and an insert if it moves the row to another key.
func (x *Transaction) Update(t *Table, message []byte, lsn uint64) error {
	first := x.ordinal + 1
	x.ordinal += 2
	u := &x.update
	if err := u.Parse(message); err != nil {
		return err
	}
	if err := t.check(u.New); err != nil {
		return err
	}
	if u.Identity == pgoutput.NoIdentity {
		return x.updated(t, nil, u.New, lsn, first, 0)
	}
	if err := t.check(u.Old); err != nil {
		return err
	}
	var flags event.Flags
	full := u.Identity == pgoutput.FullIdentity
	if full && fill(u.New, u.Old) {
		flags = event.Chained
	}
	if !t.sameKey(u.Old, u.New) {
		if err := x.deleted(t, u.Old, full, lsn, first); err != nil {
			return err
		}
		if fill(u.New, nil) { // a complete row is exact, whatever is known of the old one
			flags = event.Chained
		}
		return x.created(t, u.New, lsn, first+1, flags)
	}
	if !full {
		return x.updated(t, nil, u.New, lsn, first, 0)
	}
	return x.updated(t, u.Old, u.New, lsn, first, flags)
}

// Delete emits a Delete message that stands at lsn.
func (x *Transaction) Delete(t *Table, message []byte, lsn uint64) error {
	x.ordinal++
	if err := x.del.Parse(message); err != nil {
		return err
	}
	if err := t.check(x.del.Old); err != nil {
		return err
	}
	return x.deleted(t, x.del.Old, x.del.Identity == pgoutput.FullIdentity, lsn, x.ordinal)
}

func (x *Transaction) created(t *Table, row pgoutput.Tuple, lsn, ordinal uint64, flags event.Flags) error {
	v := append(x.value[:0], beforeHead...)
	v = append(append(v, null...), afterHead...)
	v = t.appendUnchanged(t.appendRow(v, row), row)
	x.value = t.appendTail(v, &x.stamp, lsn, event.Create, x.now)
	x.key = t.appendKey(x.key[:0], row)
	return x.records.Append(t.Topic, keyOrNull(x.key), x.value, x.header(t, event.Create, ordinal, flags))
}

func (x *Transaction) updated(t *Table, old, row pgoutput.Tuple, lsn, ordinal uint64, flags event.Flags) error {
	v := append(x.value[:0], beforeHead...)
	if old == nil {
		v = append(v, null...)
	} else {
		v = t.appendRow(v, old)
	}
	v = append(v, afterHead...)
	v = t.appendUnchanged(t.appendRow(v, row), row)
	x.value = t.appendTail(v, &x.stamp, lsn, event.Update, x.now)
	x.key = t.appendKey(x.key[:0], row)
	return x.records.Append(t.Topic, keyOrNull(x.key), x.value, x.header(t, event.Update, ordinal, flags))
}

func (x *Transaction) deleted(t *Table, old pgoutput.Tuple, full bool, lsn, ordinal uint64) error {
	if !full && t.keyless(old) {
		return errIdentity(t)
	}
	var flags event.Flags
	v := append(x.value[:0], beforeHead...)
	if full {
		flags = event.Chained
		v = t.appendRow(v, old)
	} else {
		v = t.appendIdentity(v, old)
	}
	v = append(append(v, afterHead...), null...)
	x.value = t.appendTail(v, &x.stamp, lsn, event.Delete, x.now)
	x.key = t.appendKey(x.key[:0], old)
	if err := x.records.Append(t.Topic, keyOrNull(x.key), x.value, x.header(t, event.Delete, ordinal, flags)); err != nil {
		return err
	}
	if len(x.key) == 0 {
		return nil // a log without a key can't be compacted
	}
	return x.records.Tombstone(t.Topic, x.key)
}
