package mutants

import (
	"context"
	"fmt"
	"time"
)

// Passage is a fault on the whole way from PostgreSQL.
type Passage struct {
	Name string
	play func(ctx context.Context, w *way) error
}

// The passages.
var (
	// Transactions of many rows, and changes of all kinds.
	Plain = Passage{"transactions of many rows", func(ctx context.Context, w *way) error {
		if err := w.begin(ctx); err != nil {
			return err
		}
		for _, sql := range []string{"UPDATE %s SET amount = amount + 1 WHERE id %% 2 = 0", "UPDATE %s SET id = id + 1000 WHERE id %% 10 = 1", "DELETE FROM %s WHERE id %% 10 = 2"} {
			if err := w.sql(ctx, fmt.Sprintf(sql, w.name)); err != nil {
				return err
			}
		}
		return w.insert(ctx, 101, 150)
	}}
	// The broker takes watermarks but no changes; capture is killed meanwhile.
	Unacknowledged = Passage{"the broker refuses changes, capture is killed", unacknowledged}
)

func (w *way) begin(ctx context.Context) error {
	if _, err := w.startSink(); err != nil {
		return err
	}
	if _, err := w.startCapture(); err != nil {
		return err
	}
	return w.shown(ctx, 100)
}

// unacknowledged leaves time for a capture that confirms too early to do so. A right one
// confirms nothing, however long it is given.
func unacknowledged(ctx context.Context, w *way) error {
	if err := w.begin(ctx); err != nil {
		return err
	}
	if err := w.refuseWrites(ctx, true); err != nil {
		return err
	}
	if err := w.insert(ctx, 101, 200); err != nil {
		return err
	}
	at, err := w.written(ctx)
	if err != nil {
		return err
	}
	short, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	_ = until(short, "the slot is confirmed", func() bool { return w.confirmed(ctx, at) }) // a right one never is
	w.running[1].kill()
	if err := w.refuseWrites(ctx, false); err != nil {
		return err
	}
	if err := w.insert(ctx, 201, 210); err != nil {
		return err
	}
	_, err = w.startCapture()
	return err
}

// CaptureMutant is a mutation of capture and the passage that exposes it.
type CaptureMutant struct {
	Mutation
	Passage
	Level
}

// CaptureMutants are rules of capture, each taken out.
var CaptureMutants = []CaptureMutant{
	{Level: Named, Passage: Unacknowledged, Mutation: Mutation{
		Name: "slot confirmed early", Breaks: "the slot is confirmed up to what was read, before the broker has it",
		Edits: []Edit{
			{"capture/postgres/loop.go", "	return stream.LSN(l.p.Confirmed().Position.Commit)\n", "	return stream.LSN(l.point.Position.Commit)\n"},
			{"capture/postgres/slot/check.go", "	case s.Confirmed > at:", "	case false && s.Confirmed > at:"},
		}}},
	{Passage: Unacknowledged, Mutation: Mutation{
		Name: "watermark before the acknowledgements", Breaks: "the tidemark says that changes are in before the broker has them",
		Edits: []Edit{
			{"capture/publish/ledger.go", "	return len(l.line) > 0 && l.line[0].pending == 0\n", "	return len(l.line) > 0\n"},
			{"capture/publish/ledger.go", "	for len(l.line) > 0 && l.line[0].pending == 0 {", "	for len(l.line) > 0 {"},
			{"capture/publish/ledger.go", "	if b.pending--; b.pending > 0 {", "	if b.pending--; b.done != nil && b.pending > 0 {"},
			{"capture/publish/ledger.go", "	if l.line[0] == b {", "	if len(l.line) > 0 && l.line[0] == b {"},
		}}},
	{Passage: Plain, Mutation: Mutation{
		Name: "ordinals that restart", Breaks: "two changes of a transaction have one position",
		Edits: []Edit{{"capture/postgres/emit/transaction.go", "Position{Epoch: x.epoch, Commit: x.commit, Ordinal: ordinal}", "Position{Epoch: x.epoch, Commit: x.commit, Ordinal: 1 + 0*ordinal}"}}}},
}
