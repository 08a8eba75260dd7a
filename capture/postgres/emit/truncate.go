package emit

import "github.com/tidemark-cdc/tidemark/schemas/event"

// Truncated emits that a table was emptied, to every partition of its topic. It counts itself; call Skip for tables not captured.
func (x *Transaction) Truncated(t *Table, lsn uint64) error {
	x.ordinal++
	v := append(x.value[:0], beforeHead...)
	v = append(append(v, null...), afterHead...)
	v = append(v, null...)
	x.value = t.appendTail(v, &x.stamp, lsn, event.Truncate, x.now)
	return x.records.Broadcast(t.Topic, nil, x.value, x.header(t, event.Truncate, x.ordinal, 0))
}
