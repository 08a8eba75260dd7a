package postgres

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/schemas/event"
)

func ops(t testing.TB, all []record) string {
	var s []string
	for _, r := range changes(all) {
		s = append(s, r.Op.String()+" "+member(t, r.value, "before")+" "+member(t, r.value, "after"))
	}
	return strings.Join(s, "\n")
}

// One partition keeps the order of a whole table to look at.
func oneByOne(t *testing.T, contracts []string, sql ...string) *rig {
	r := newRig(t, contracts, sql...)
	r.publish.Partitions = 1
	return r
}

func TestToastKeyChangeAndTruncate(t *testing.T) {
	r := oneByOne(t, []string{contractOf("public.lean", "id", "{name: id, type: integer}"), contractOf("public.whole", "id", "{name: id, type: integer}")},
		"CREATE TABLE lean (id int PRIMARY KEY, n int, big text)", "ALTER TABLE lean ALTER big SET STORAGE EXTERNAL",
		"CREATE TABLE whole (id int PRIMARY KEY, n int, big text)", "ALTER TABLE whole ALTER big SET STORAGE EXTERNAL", "ALTER TABLE whole REPLICA IDENTITY FULL",
		"CREATE PUBLICATION tidemark FOR TABLE lean, whole")
	run := r.start()
	run.reach()
	for _, table := range []string{"lean", "whole"} {
		r.db.Do("INSERT INTO "+table+" VALUES (1, 1, repeat('x', 3000))", "UPDATE "+table+" SET n = 2", "UPDATE "+table+" SET id = 2", "DELETE FROM "+table,
			"INSERT INTO "+table+" VALUES (3, 3, NULL)", "TRUNCATE "+table)
	}
	run.reach()
	run.stop()
	x := strings.Repeat("x", 3000)
	full := func(id, n int) string { return fmt.Sprintf(`{"id":%d,"n":%d,"big":"%s"}`, id, n, x) }
	require.Equal(t, strings.Join([]string{
		"c null " + full(1, 1), `u null {"id":1,"n":2}`, `d {"id":1} null`, `c null {"id":2,"n":2}`, `d {"id":2} null`, `c null {"id":3,"n":3,"big":null}`, "t null null"}, "\n"),
		ops(t, r.records("pg.public.lean")))
	require.Equal(t, strings.Join([]string{
		"c null " + full(1, 1), "u " + full(1, 1) + " " + full(1, 2), "d " + full(1, 2) + " null", "c null " + full(2, 2), "d " + full(2, 2) + " null", `c null {"id":3,"n":3,"big":null}`, "t null null"}, "\n"),
		ops(t, r.records("pg.public.whole")))
	for _, rec := range changes(r.records("pg.public.lean")) {
		require.Equal(t, strings.Contains(rec.value, `"unchanged":["big"]`), !strings.Contains(rec.value, `"big":`) && rec.Op != event.Delete && rec.Op != event.Truncate, rec.value)
	}
}

// A snapshot in many chunks, of partitions, through a row filter and a column list, gives each row once and what the stream would give.
func TestSnapshotOfEveryShape(t *testing.T) {
	r := newRig(t, []string{contractOf("public.parted", "id", "{name: id, type: integer}"), contractOf("public.part_of", "id", "{name: id, type: integer}"), contractOf("public.none", "id", "{name: id, type: integer}"),
		contractOf("public.large", "id", "{name: id, type: integer}")},
		"CREATE TABLE parted (id int PRIMARY KEY, n int) PARTITION BY RANGE (id)",
		"CREATE TABLE parted1 PARTITION OF parted FOR VALUES FROM (0) TO (100)", "CREATE TABLE parted2 (n int, gone int, id int NOT NULL)", "ALTER TABLE parted2 DROP gone", "ALTER TABLE parted ATTACH PARTITION parted2 FOR VALUES FROM (100) TO (200)",
		"CREATE TABLE part_of (id int PRIMARY KEY, n int, secret text)", "CREATE TABLE none (id int PRIMARY KEY)", "CREATE TABLE large (id int PRIMARY KEY, pad text)", "ALTER TABLE large ALTER pad SET STORAGE PLAIN",
		"CREATE PUBLICATION tidemark FOR TABLE parted, part_of (id, n) WHERE (id > 10), none, large WITH (publish_via_partition_root = true)",
		"INSERT INTO parted SELECT g, g FROM generate_series(1, 199) g", "INSERT INTO part_of SELECT g, g, 'x' FROM generate_series(1, 20) g",
		"INSERT INTO large SELECT g, repeat('x', 7000) FROM generate_series(1, 2000) g") // a block each
	r.cfg.SnapshotBlocks = 300
	run := r.start()
	run.reach()
	r.db.Do("INSERT INTO parted VALUES (0, 0)", "DELETE FROM parted WHERE id = 150", "INSERT INTO part_of VALUES (100, 1, 'x')")
	run.reach()
	run.stop()
	parted := replay(t, r.records("pg.public.parted"))
	require.Len(t, parted, 199)
	require.Equal(t, `{"id":120,"n":120}`, parted[`{"id":120}`])
	partOf := replay(t, r.records("pg.public.part_of"))
	require.Len(t, partOf, 11)
	require.Equal(t, `{"id":15,"n":15}`, partOf[`{"id":15}`])
	require.Equal(t, `{"id":100,"n":1}`, partOf[`{"id":100}`])
	require.Empty(t, changes(r.records("pg.public.none")))
	large := changes(r.records("pg.public.large"))
	require.Len(t, large, 2000)
	require.Len(t, replay(t, large), 2000)
	for _, table := range []string{"parted", "part_of", "none", "large"} {
		var kinds []event.MarkerKind
		for _, rec := range r.records("pg.public." + table) {
			if rec.Op == event.Marking && rec.partition == 0 {
				m, err := event.ParseMarker([]byte(rec.value))
				require.NoError(t, err)
				kinds = append(kinds, m.Kind)
				require.Equal(t, m.Kind == event.SnapshotBegin, m.Initial && m.Exact)
			}
		}
		require.Equal(t, []event.MarkerKind{event.TopicOpened, event.SnapshotBegin, event.SnapshotEnd}, kinds, table)
	}
}

// Rows leave as they come: a transaction of any size is never held.
func TestBigTransactionIsNotHeld(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, ledgerTable...)
	r.publish.MaxBytes = 4 << 20
	run := r.start()
	run.reach()
	grown := make(chan uint64, 1)
	stop := make(chan struct{})
	go func() {
		var most uint64
		for {
			select {
			case <-stop:
				grown <- most
				return
			default:
			}
			n := run.p.InFlight()
			most = max(most, uint64(n))
			runtime.Gosched()
		}
	}()
	r.db.Do("INSERT INTO ledger SELECT g, g FROM generate_series(1, 200000) g") // 60 MB of records
	run.reach()
	close(stop)
	run.stop()
	require.Less(t, <-grown, uint64(8<<20))
	all := changes(r.records("pg.public.ledger"))
	require.Len(t, all, 200000)
	require.Equal(t, all[0].Version.Commit, all[len(all)-1].Version.Commit)
}

func TestColumnsMayComeAndGo(t *testing.T) {
	r := oneByOne(t, []string{contractOf("public.t", "id", "{name: id, type: integer}")}, "CREATE TABLE t (id int PRIMARY KEY, a int)", "CREATE PUBLICATION tidemark FOR TABLE t")
	run := r.start()
	run.reach()
	r.db.Do("INSERT INTO t VALUES (1, 1)", "CREATE TYPE late AS ENUM ('x', 'y')", "CREATE DOMAIN later AS int[]", "ALTER TABLE t ADD b late[], ADD c later", "INSERT INTO t VALUES (2, 2, '{x,NULL}', '{1}')", "ALTER TABLE t DROP a",
		"ALTER TABLE t RENAME b TO bb", "INSERT INTO t VALUES (3, '{y}', '{}')")
	run.reach()
	run.stop()
	require.Equal(t, strings.Join([]string{`c null {"id":1,"a":1}`, `c null {"id":2,"a":2,"b":["x",null],"c":[1]}`, `c null {"id":3,"bb":["y"],"c":[]}`}, "\n"), ops(t, r.records("pg.public.t")))
}

// What the last watermark knows must be what is found, or the capture stops and says what to do.
func TestSlotThatIsNotOurs(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, ledgerTable...)
	run := r.start()
	run.reach()
	run.stop()
	r.db.Do("INSERT INTO ledger VALUES (1, 1)", "SELECT pg_replication_slot_advance('"+r.cfg.Slot+"', pg_current_wal_insert_lsn())")
	require.Equal(t, fault.HistoryLost, fault.ClassOf(r.start().wait()), "read by somebody else")
	r.db.Do("SELECT pg_drop_replication_slot('" + r.cfg.Slot + "')")
	err := r.start().wait()
	require.Equal(t, fault.HistoryLost, fault.ClassOf(err))
	require.Contains(t, fault.HintOf(err), "resnapshot")
	r.db.Do("SELECT pg_create_logical_replication_slot('" + r.cfg.Slot + "', 'test_decoding')")
	require.Equal(t, fault.Foreign, fault.ClassOf(r.start().wait()))
}

// A standby waits until the capture that works is gone, then takes over.
func TestStandby(t *testing.T) {
	r := newRig(t, []string{ledgerContract}, ledgerTable...)
	first := r.start()
	first.reach()
	took := make(chan *running)
	go func() { took <- r.start() }()
	select {
	case <-took:
		require.Fail(t, "two captures at once")
	case <-time.After(300 * time.Millisecond):
	}
	r.db.Do("INSERT INTO ledger VALUES (1, 1)")
	first.reach()
	first.stop()
	second := <-took
	r.db.Do("INSERT INTO ledger VALUES (2, 2)")
	second.reach()
	second.stop()
	r.requireLedger()
}
