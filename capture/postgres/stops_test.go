package postgres

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgtest"
)

// stops requires that a capture ended because history is lost, saying from where to where,
// and with the command that recovers.
func stops(t *testing.T, err error, command string, says ...string) {
	t.Helper()
	require.Equal(t, fault.HistoryLost, fault.ClassOf(err), "%v", err)
	require.Equal(t, fault.Operator, fault.ActionOf(err))
	require.Regexp(t, `from [0-9A-F]+/[0-9A-F]+ to now \([0-9A-F]+/[0-9A-F]+\)`, err.Error())
	for _, s := range says {
		require.ErrorContains(t, err, s)
	}
	require.Contains(t, fault.HintOf(err), command)
}

// A table was taken out of the publication and put back: what happened to it in between is
// in no stream, and the slot looks as if nothing were missing.
func TestAPublicationThatWasChangedStops(t *testing.T) {
	out := []string{"ALTER PUBLICATION tidemark DROP TABLE ledger", "UPDATE ledger SET n = n + 1", "DELETE FROM ledger WHERE id = (SELECT min(id) FROM ledger)"}
	t.Run("while capture is stopped", func(t *testing.T) {
		r := newRig(t, []string{ledgerContract}, append(ledgerTable, seedLedger)...)
		run := r.start()
		run.reach()
		run.stop()
		r.db.Do(out...)
		stops(t, r.start().wait(), "`capture resnapshot --table public.ledger`", "table public.ledger stands otherwise")
		r.db.Do("ALTER PUBLICATION tidemark ADD TABLE ledger")
		r.resnapshot("public.ledger")
		run = r.start()
		run.reach()
		run.stop()
		r.requireLedger()
	})
	t.Run("while capture runs", func(t *testing.T) {
		r := newRig(t, []string{ledgerContract}, append(ledgerTable, seedLedger)...)
		run := r.start()
		run.reach()
		r.db.Do(out...)
		stops(t, run.wait(), "`capture resnapshot --table public.ledger`", "table public.ledger stands otherwise")
	})
	t.Run("made again", func(t *testing.T) {
		r := newRig(t, []string{ledgerContract}, append(ledgerTable, seedLedger)...)
		run := r.start()
		run.reach()
		run.stop()
		r.db.Do("DROP PUBLICATION tidemark", "UPDATE ledger SET n = n + 1", "CREATE PUBLICATION tidemark FOR TABLE ledger, other WITH (publish = 'insert')")
		stops(t, r.start().wait(), "`capture resnapshot`", "it was altered or made again")
	})
}

// A slot that is gone says what was never read, and an operator's signal recovers.
func TestASlotThatWasDroppedStops(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, append(ledgerTable, seedLedger)...)
	run := r.start()
	run.reach()
	run.stop()
	r.dropSlot()
	r.db.Do("UPDATE ledger SET n = n + 1", "DELETE FROM ledger WHERE id = (SELECT min(id) FROM ledger)")
	stops(t, r.start().wait(), "`capture resnapshot`", "slot "+r.cfg.Slot+" is gone")
	r.resnapshot()
	run = r.start()
	run.reach()
	run.stop()
	r.requireLedger()
}

// Another database under the same names is not the source. slot's TestContinues has the
// other cluster.
func TestAnotherDatabaseIsRefused(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, append(ledgerTable, seedLedger)...)
	run := r.start()
	run.reach()
	run.stop()
	r.dropSlot()
	other := pgtest.New(t, append(ledgerTable, seedLedger)...)
	r.cfg.URL = other.URL
	err := r.start().wait()
	require.Equal(t, fault.Foreign, fault.ClassOf(err), "%v", err)
	require.ErrorContains(t, err, "the database is another one")
	require.ErrorContains(t, err, "published is up to")
	require.Contains(t, fault.HintOf(err), "`capture resnapshot`")
}
