package postgres

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/capture/signal"
	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// Rows that are asked for are said again as they are, and those that are not there as deletes; the capture goes on.
func TestRowsAreSaidAgain(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, append(ledgerTable, seedLedger)...)
	run := r.start()
	run.reach()
	sent, err := signal.Send(t.Context(), r.client(), 1, signal.Signal{Source: "pg", Kind: signal.Restate, Tables: []string{"public.ledger"}, Keys: [][]string{{"7"}, {"123456"}}})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(restatements(r.records("pg.public.ledger"))) == 2 }, patience, 50*time.Millisecond)
	r.db.Do("INSERT INTO ledger VALUES (9001, 1)")
	run.reach()
	require.Equal(t, sent.Offset+1, run.p.Confirmed().Signals)
	run.stop()
	ops := map[event.Op]string{}
	for _, rec := range restatements(r.records("pg.public.ledger")) {
		require.True(t, rec.Flags.Repair())
		require.Zero(t, rec.Version.Ordinal)
		ops[rec.Op] = rec.key
	}
	require.Equal(t, map[event.Op]string{event.Read: `{"id":7}`, event.Delete: `{"id":123456}`}, ops)
}

// What cannot be read again stops nothing.
func TestAKeyThatIsNoKeyStopsNothing(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, append(ledgerTable, seedLedger)...)
	run := r.start()
	run.reach()
	for _, keys := range [][][]string{{{"no number"}}, {{"1", "2"}}, {{"8"}}} {
		_, err := signal.Send(t.Context(), r.client(), 1, signal.Signal{Source: "pg", Kind: signal.Restate, Tables: []string{"public.ledger"}, Keys: keys})
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool { return len(restatements(r.records("pg.public.ledger"))) == 1 }, patience, 50*time.Millisecond)
	r.db.Do("INSERT INTO ledger VALUES (9001, 1)")
	run.reach()
	run.stop()
}

func restatements(all []record) (out []record) {
	for _, rec := range all {
		if rec.Flags.Restate() {
			out = append(out, rec)
		}
	}
	return out
}
