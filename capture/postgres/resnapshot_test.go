package postgres

import (
	"context"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgtest"
	"github.com/tidemark-cdc/tidemark/capture/signal"
	"github.com/tidemark-cdc/tidemark/schemas/event"
)

func (r *rig) client() *kafka.Client {
	return &kafka.Client{Addr: kafka.TCP(r.kafka.ListenAddrs()...), Timeout: 5 * time.Second, Transport: &kafka.Transport{MetadataTTL: 50 * time.Millisecond}}
}

// resnapshot asks for a new snapshot, of all or of tables.
func (r *rig) resnapshot(tables ...string) {
	r.t.Helper()
	_, err := signal.Send(r.t.Context(), r.client(), 1, signal.Signal{Source: "pg", Kind: signal.Resnapshot, Tables: tables})
	require.NoError(r.t, err)
}

// asked waits until a running capture ends because of a signal.
func (r *running) asked() {
	r.t.Helper()
	require.Equal(r.t, fault.Asked, fault.ClassOf(r.wait()))
}

func (r *rig) dropSlot() {
	r.t.Helper()
	require.Eventually(r.t, func() bool {
		_, err := r.db.Exec(context.Background(), "SELECT pg_drop_replication_slot('"+r.cfg.Slot+"')")
		return err == nil
	}, patience, 10*time.Millisecond)
}

// epochs are the epochs of a topic's rows, in the order in which they come first.
func epochs(all []record) (out []uint16) {
	for _, r := range changes(all) {
		if len(out) == 0 || out[len(out)-1] != r.Version.Epoch {
			out = append(out, r.Version.Epoch)
		}
	}
	return out
}

// A signal to a running capture begins a new epoch with a snapshot of all, once, while writers write.
func TestResnapshotOfTheWholeSourceWhileItRuns(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, append(ledgerTable, seedLedger)...)
	r.publish.Partitions = 1
	w := r.write(3)
	run := r.start()
	require.Eventually(t, func() bool { return run.p.Confirmed().Complete }, patience, 5*time.Millisecond)
	r.resnapshot()
	run.asked()
	run = r.start()
	require.Eventually(t, func() bool { c := run.p.Confirmed(); return c.Complete && c.Position.Epoch == 2 }, patience, 5*time.Millisecond)
	w.end()
	run.reach()
	run.stop()
	run = r.start() // the signal is done: no third epoch
	r.db.Do("INSERT INTO ledger VALUES (9000, 1)")
	run.reach()
	run.stop()
	require.Equal(t, []uint16{1, 2}, epochs(r.records("pg.public.ledger")))
	r.requireLedger()
}

// A capture that stopped because history is lost begins anew when it is asked to, and only then. What was changed unseen is right
// afterwards: rows that went are swept, rows that came are there.
func TestResnapshotAfterTheSlotWasDropped(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, append(ledgerTable, seedLedger)...)
	run := r.start()
	run.reach()
	run.stop()
	r.dropSlot()
	r.db.Do("DELETE FROM ledger WHERE id <= 100", "UPDATE ledger SET n = -n WHERE id <= 150", "INSERT INTO ledger VALUES (7000, 7)")
	for range 2 {
		err := r.start().wait()
		require.Equal(t, fault.HistoryLost, fault.ClassOf(err), "%v", err)
		require.Regexp(t, `from [0-9A-F]+/[0-9A-F]+ to now \([0-9A-F]+/[0-9A-F]+\)`, err.Error())
		require.Contains(t, fault.HintOf(err), "`capture resnapshot`")
	}
	r.resnapshot()
	run = r.start()
	run.reach()
	run.stop()
	require.Equal(t, uint16(2), run.p.Confirmed().Position.Epoch)
	r.requireLedger()
}

// A new snapshot that is killed anywhere is resumed or done again; it ends right, in one new epoch.
func TestResnapshotThatIsKilled(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, append(ledgerTable, "INSERT INTO ledger SELECT g, g FROM generate_series(2000, 30000) g")...)
	r.cfg.SnapshotBlocks = 10
	r.publish.MaxBytes, r.publish.BatchBytes = 256<<10, 16<<10
	run := r.start()
	run.reach()
	run.stop()
	w := r.write(2)
	r.resnapshot()
	for i := range 8 {
		run := r.start()
		time.Sleep(time.Duration(35*i) * time.Millisecond)
		run.kill()
	}
	w.end()
	run = r.start()
	run.reach()
	run.stop()
	require.Equal(t, uint16(2), run.p.Confirmed().Position.Epoch)
	r.requireLedger()
}

// kill ends a capture as kill -9 does: nothing is flushed, the server's side of the sessions goes.
func (r *running) kill() {
	r.t.Helper()
	dead, cancel := context.WithCancel(context.Background())
	cancel()
	_ = r.p.Close(dead)
	r.cancel()
	select {
	case <-r.done:
	case <-time.After(patience):
		require.FailNow(r.t, "the capture does not end")
	}
}

// A slot that a signal would drop must be one of ours.
func TestResnapshotLeavesForeignSlotsAlone(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, ledgerTable...)
	run := r.start()
	run.reach()
	run.stop()
	r.dropSlot()
	r.db.Do("SELECT pg_create_logical_replication_slot('" + r.cfg.Slot + "', 'test_decoding')")
	r.resnapshot()
	err := r.start().wait()
	require.Equal(t, fault.Foreign, fault.ClassOf(err), "%v", err)
	require.Equal(t, "test_decoding", pgtest.Value[string](r.db, "SELECT plugin FROM pg_replication_slots WHERE slot_name = $1", r.cfg.Slot))

	r.dropSlot()
	r.db.Do("SELECT pg_create_logical_replication_slot('" + r.cfg.Slot + "', 'pgoutput')")
	busy := pgtest.Stream(t, r.db.URL, r.cfg.Slot)
	err = r.start().wait()
	require.Equal(t, fault.Busy, fault.ClassOf(err), "%v", err)
	busy()
	run = r.start() // the signal is still there
	run.reach()
	run.stop()
	require.Equal(t, uint16(2), run.p.Confirmed().Position.Epoch)
}

// One table is read again in the same epoch while the others go on; what happens to it meanwhile is neither lost nor doubled.
func TestResnapshotOfOneTable(t *testing.T) {
	const other = "{contract: 1, source: pg, table: public.other, target: shop.other, key: [id], columns: [{name: id, type: integer}]}"
	r := newRig(t, []string{ledgerContract, other}, append(ledgerTable, seedLedger)...)
	w := r.write(3)
	run := r.start()
	require.Eventually(t, func() bool { return run.p.Confirmed().Complete }, patience, 5*time.Millisecond)
	for i := range 3 {
		r.resnapshot("public.ledger")
		run.asked()
		run = r.start()
		require.Eventually(t, func() bool { c := run.p.Confirmed(); return c.Complete && c.Signals == int64(i+1) }, patience, 5*time.Millisecond)
	}
	r.db.Do("INSERT INTO other VALUES (1)")
	w.end()
	run.reach()
	run.stop()
	all := r.records("pg.public.ledger")
	require.Equal(t, []uint16{1}, epochs(all))
	require.Equal(t, 4, snapshots(t, all))
	require.Equal(t, 1, snapshots(t, r.records("pg.public.other")))
	r.requireLedger()
}

// snapshots counts the ends of snapshots in partition 0.
func snapshots(t *testing.T, all []record) (n int) {
	for _, r := range all {
		if r.Op == event.Marking && r.partition == 0 {
			m, err := event.ParseMarker([]byte(r.value))
			require.NoError(t, err)
			if m.Kind == event.SnapshotEnd {
				n++
			}
		}
	}
	return n
}

// A table that was not captured for a while is read again when it is: nobody published what happened to it meanwhile.
func TestATableThatComesBackIsReadAgain(t *testing.T) {
	const other = "{contract: 1, source: pg, table: public.other, target: shop.other, key: [id], columns: [{name: id, type: integer}]}"
	r := newRig(t, []string{ledgerContract, other}, append(ledgerTable, seedLedger)...)
	both := r.cfg.Contracts
	for _, contracts := range []int{0, 1, 0} {
		r.cfg.Contracts = both[contracts:]
		run := r.start()
		run.reach()
		r.db.Do("UPDATE ledger SET n = n + 1 WHERE id < 50", "DELETE FROM ledger WHERE id = (SELECT min(id) FROM ledger)")
		run.reach()
		run.stop()
	}
	r.requireLedger()
}
