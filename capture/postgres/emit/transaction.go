package emit

import (
	"fmt"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
	"github.com/tidemark-cdc/tidemark/capture/publish"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// Records takes the records; publish.Publisher is one.
type Records interface {
	Append(t *publish.Topic, key, value []byte, h event.Header) error
	Tombstone(t *publish.Topic, key []byte) error
	Broadcast(t *publish.Topic, key, value []byte, h event.Header) error
}

// Transaction emits the changes of one transaction after the other as they are read; it holds no more than one row.
//
// Ordinals are a function of what the server sends, not of what is captured: every change counts, captured or not, and an update
// always counts twice, because it becomes two records when it changes the key. A transaction that is sent again after a restart
// therefore gets the same versions, whatever contracts were added or changed in between.
type Transaction struct {
	records Records
	epoch   uint16

	commit  uint64
	ordinal uint64
	stamp   stamp
	now     int64

	insert pgoutput.Insert
	update pgoutput.Update
	del    pgoutput.Delete

	key, value []byte
}

// NewTransaction makes an emitter of one epoch.
func NewTransaction(r Records, epoch uint16) *Transaction {
	return &Transaction{records: r, epoch: epoch}
}

// Begin starts the next transaction.
func (x *Transaction) Begin(b *pgoutput.Begin) {
	x.commit, x.ordinal = b.CommitLSN, 0
	x.stamp = stamp{commitTime: b.CommitTime, xid: b.XID}
}

// Now sets the clock that envelopes show as their own time, in milliseconds since 1970.
func (x *Transaction) Now(ms int64) { x.now = ms }

// Rows is how many ordinals the transaction has used.
func (x *Transaction) Rows() uint64 { return x.ordinal }

// Skip counts a change that is not captured.
func (x *Transaction) Skip(k pgoutput.Kind) { x.ordinal += ordinals(k) }

func ordinals(k pgoutput.Kind) uint64 {
	if k == pgoutput.KindUpdate {
		return 2
	}
	return 1
}

// header is of the change's first record; a key change's second record has the ordinal after it.
func (x *Transaction) header(t *Table, op event.Op, ordinal uint64, flags event.Flags) event.Header {
	return event.Header{
		Version:    position.Position{Epoch: x.epoch, Commit: x.commit, Ordinal: ordinal},
		Op:         op,
		Flags:      flags,
		Schema:     t.Contract.ID(),
		CommitTime: x.stamp.commitTime,
	}
}

func (t *Table) check(rows ...pgoutput.Tuple) error {
	for _, r := range rows {
		if len(r) != len(t.columns) {
			return fault.New(fault.Unsupported, "capture "+t.Contract.Name(), fmt.Errorf("a row of %d values, the table has %d columns", len(r), len(t.columns)), "")
		}
	}
	return nil
}
