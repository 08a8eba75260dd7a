package postgres

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgtest"
	"github.com/tidemark-cdc/tidemark/capture/postgres/slot"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

const seedLedger = "INSERT INTO ledger SELECT g, g FROM generate_series(1, 250) g"

// The snapshot and the stream meet without a gap and without an overlap while writers write, and so do two runs.
func TestHandoverUnderWrites(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, append(ledgerTable, seedLedger)...)
	w := r.write(3)
	time.Sleep(100 * time.Millisecond)
	run := r.start()
	time.Sleep(700 * time.Millisecond)
	run.stop()
	run = r.start()
	require.NotNil(t, run.last)
	time.Sleep(300 * time.Millisecond)
	w.end()
	run.reach()
	run.stop()
	r.requireLedger()
}

// A connection that the server ends is a fault that is tried again, and nothing is lost or applied twice by it.
func TestKilledConnection(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, append(ledgerTable, seedLedger)...)
	w := r.write(2)
	admin := r.db.Dial()
	for range 4 {
		run := r.start()
		require.Eventually(t, func() bool { return run.p.Confirmed().Complete }, patience, 5*time.Millisecond)
		time.Sleep(150 * time.Millisecond)
		require.Eventually(t, func() bool {
			tag, err := admin.Exec(context.Background(), "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1 AND active", r.db.Name)
			return err == nil && tag.RowsAffected() == 1
		}, patience, 5*time.Millisecond)
		err := run.wait()
		require.Error(t, err)
		require.Equal(t, fault.Retry, fault.ActionOf(err), "%v", err)
	}
	run := r.start()
	w.end()
	run.reach()
	run.stop()
	r.requireLedger()
}

// A snapshot that broke off is taken again at a position of its own; the changes in between lie in it.
func TestInterruptedSnapshot(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, append(ledgerTable, seedLedger)...)
	r.db.Do("SELECT pg_create_logical_replication_slot('" + r.cfg.Slot + "', 'pgoutput')") // as if the first run died when it had made it
	w := r.write(3)
	for range 3 {
		run := r.start()
		time.Sleep(20 * time.Millisecond)
		run.cancel()
		_ = run.wait()
	}
	run := r.start()
	require.Eventually(t, func() bool { return run.p.Confirmed().Complete }, patience, 5*time.Millisecond)
	time.Sleep(200 * time.Millisecond)
	w.end()
	run.reach()
	run.stop()
	r.requireLedger()
}

// Whenever the server drops all of a capture's sessions, in the middle of a snapshot or of the stream, the next run mends it.
func TestEverySessionKilledAtAnyTime(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, append(ledgerTable, "INSERT INTO ledger SELECT g, g FROM generate_series(2000, 30000) g")...)
	r.cfg.SnapshotBlocks = 10
	r.publish.MaxBytes, r.publish.BatchBytes = 256<<10, 16<<10 // so that publishing the snapshot takes its time
	w := r.write(2)
	admin := r.db.Dial()
	for i := range 8 {
		run := r.start()
		time.Sleep(time.Duration(40*i) * time.Millisecond)
		require.Eventually(t, func() bool {
			tag, err := admin.Exec(context.Background(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tidemark' AND datname = $1", r.db.Name)
			return err == nil && tag.RowsAffected() > 0
		}, patience, time.Millisecond)
		err := run.wait()
		require.Error(t, err)
		require.Equal(t, fault.Retry, fault.ActionOf(err), "%v", err)
	}
	run := r.start()
	w.end()
	run.reach()
	run.stop()

	r.requireLedger()
}

// A table that gets its contract later is read by a snapshot of its own while the stream of the others goes on.
func TestTableAddedLater(t *testing.T) {
	const other = "{contract: 1, source: pg, table: public.other, target: shop.other, key: [id], columns: [{name: id, type: integer}]}"
	r := newRig(t, []string{other}, append(ledgerTable, seedLedger)...)
	w := r.write(3)
	run := r.start()
	run.reach()
	run.stop()
	r.cfg.Contracts = append(r.cfg.Contracts, parse(t, ledgerContract)...)
	run = r.start()
	time.Sleep(500 * time.Millisecond)
	w.end()
	r.db.Do("INSERT INTO other VALUES (1)")
	run.reach()
	run.stop()
	r.requireLedger()
	require.Len(t, changes(r.records("pg.public.other")), 1)
}

// Transactions that are sent again carry the versions that they had, also after a contract was added.
func TestVersionsAreStable(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, ledgerTable...)
	run := r.start()
	run.reach()
	run.stop()
	first := run.last
	require.Nil(t, first)
	r.db.Do("SELECT pg_copy_logical_replication_slot('" + r.cfg.Slot + "', '" + r.cfg.Slot + "_b')")
	w := r.write(3)
	r.db.Do("BEGIN", "INSERT INTO other VALUES (7)", "UPDATE other SET id = 8", "INSERT INTO ledger VALUES (5000, 1)", "UPDATE ledger SET id = 5001 WHERE id = 5000", "DELETE FROM other", "DELETE FROM ledger WHERE id = 5001", "COMMIT")
	time.Sleep(200 * time.Millisecond)
	w.end()
	run = r.start()
	before := run.last
	run.reach()
	run.stop()
	once := changes(r.records("pg.public.ledger"))

	again := newRig(t, []string{ledgerContract, "{contract: 1, source: pg, table: public.other, target: shop.other, key: [], columns: [{name: id, type: integer}]}"})
	again.db, again.cfg.URL, again.cfg.Slot = r.db, r.cfg.URL, r.cfg.Slot+"_b"
	again.pretend(before)
	run = again.start()
	run.reach()
	run.stop()
	twice := changes(again.records("pg.public.ledger"))
	require.NotEmpty(t, once)
	require.Equal(t, len(once), len(twice))
	for i := range once {
		require.Equal(t, once[i].Header, twice[i].Header)
		require.Equal(t, once[i].key, twice[i].key)
	}
}

// pretend gives a new broker the watermark of another one, with our slot's name and all our tables done.
func (r *rig) pretend(w *watermark.Watermark) {
	r.t.Helper()
	resume, err := slot.Parse(w.Resume)
	require.NoError(r.t, err)
	resume.Slot = r.cfg.Slot
	for _, c := range r.cfg.Contracts {
		resume.Tables[c.Name()] = slot.Done{Snapshot: "pretended"}
	}
	p := r.start()
	p.cancel()
	_ = p.wait()
	fake := *w
	fake.Resume, fake.Offsets = resume.Encode(), nil
	r.putWatermark(&fake)
}

// An idle database moves its slot and its watermark: by heartbeats, and past what other tables write.
func TestIdleDatabaseMovesOn(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, append(ledgerTable, "CREATE TABLE noise (t text)")...)
	r.cfg.Heartbeat = 100 * time.Millisecond
	run := r.start()
	run.reach()
	from := pgtest.Value[int64](r.db, "SELECT (confirmed_flush_lsn - '0/0')::int8 FROM pg_replication_slots WHERE slot_name = $1", r.cfg.Slot)
	beat := run.p.Confirmed().CommitTime
	r.db.Do("INSERT INTO noise SELECT repeat('x', 1000) FROM generate_series(1, 1000)")
	require.Eventually(t, func() bool {
		now := pgtest.Value[int64](r.db, "SELECT (confirmed_flush_lsn - '0/0')::int8 FROM pg_replication_slots WHERE slot_name = $1", r.cfg.Slot)
		return now > from+1e6 && run.p.Confirmed().CommitTime > beat
	}, patience, 20*time.Millisecond)
	run.stop()
	require.Empty(t, changes(r.records("pg.public.ledger")))
}

// A stop confirms to the server what was published, so that nothing is sent again.
func TestStopConfirms(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, ledgerTable...)
	run := r.start()
	run.reach()
	r.db.Do("INSERT INTO ledger VALUES (1, 1)")
	run.reach()
	run.stop()
	n := len(changes(r.records("pg.public.ledger")))
	require.Equal(t, 1, n)
	run = r.start()
	r.db.Do("UPDATE ledger SET n = 2")
	run.reach()
	run.stop()
	all := changes(r.records("pg.public.ledger"))
	require.Len(t, all, 2)
	require.Equal(t, event.Update, all[1].Op)
}
