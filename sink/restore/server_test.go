package restore

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
	"github.com/tidemark-cdc/tidemark/sink/tables"
)

// bench is a table in raw and one that a view of it feeds, in a database of its own.
type bench struct {
	t     *testing.T
	conn  *clickhouse.Conn
	name  string
	watch *Watch
}

func newBench(t *testing.T, lifetime string) *bench {
	conn := clickhousetest.Connect(t)
	clickhousetest.Ops(t, conn)
	b := &bench{t: t, conn: conn, name: "restore_" + uuid.NewString()[:8]}
	b.watch = &Watch{Connect: func() (*clickhouse.Conn, error) { return clickhouse.New(clickhousetest.Config(t)), nil }, Log: slog.New(slog.DiscardHandler)}
	settings := "SETTINGS non_replicated_deduplication_window = 1000, old_parts_lifetime = " + lifetime
	clickhousetest.Exec(t, conn, "CREATE DATABASE "+b.name,
		"CREATE TABLE raw."+b.name+" (k UInt64, v Int64) ENGINE = MergeTree ORDER BY k "+settings,
		"CREATE TABLE "+b.name+".sums (g UInt64, v Int64) ENGINE = SummingMergeTree ORDER BY g "+settings,
		fmt.Sprintf("CREATE MATERIALIZED VIEW %[1]s.feed TO %[1]s.sums AS SELECT k %% 3 AS g, sum(v) AS v FROM raw.%[1]s GROUP BY g", b.name))
	t.Cleanup(func() {
		for _, sql := range []string{"ATTACH TABLE IF NOT EXISTS raw." + b.name, "DROP TABLE IF EXISTS raw." + b.name + " SYNC", "DROP DATABASE " + b.name + " SYNC"} {
			_ = conn.Exec(context.Background(), sql)
		}
	})
	return b
}

// insert sends the n-th hundred of rows, again and again while it is worth it.
func (b *bench) insert(ctx context.Context, conn *clickhouse.Conn, n int) error {
	var k proto.ColUInt64
	var v proto.ColInt64
	for i := range 100 {
		k.Append(uint64(100*n + i))
		v.Append(1)
	}
	var again clickhouse.Again
	for {
		err := conn.Insert(ctx, "raw", b.name, proto.Input{{Name: "k", Data: &k}, {Name: "v", Data: &v}}, fmt.Sprintf("%s/%d", b.name, n))
		if err == nil || !again.Worth(err) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// merged makes a part of three in a table.
func (b *bench) merged(table string) {
	for n := range 3 {
		require.NoError(b.t, b.insert(b.t.Context(), b.conn, n))
	}
	clickhousetest.Exec(b.t, b.conn, "OPTIMIZE TABLE "+table+" FINAL")
}

// ruin empties the marks of a table's active parts, as a full disk was seen to leave them.
func (b *bench) ruin(database, table, where string) {
	paths := clickhousetest.Texts(b.t, b.conn, fmt.Sprintf("SELECT path AS p FROM system.parts WHERE database = '%s' AND table = '%s' AND active AND %s", database, table, where))
	require.Len(b.t, paths, 1)
	marks, err := filepath.Glob(filepath.Join(paths[0], "*mrk*"))
	require.NoError(b.t, err)
	if len(marks) == 0 {
		b.t.Skip("the server's files are not on this machine")
	}
	for _, m := range marks {
		require.NoError(b.t, os.Truncate(m, 0))
	}
	clickhousetest.Exec(b.t, b.conn, "SYSTEM DROP MARK CACHE")
}

// sum is of all that a table holds.
func (b *bench) sum(table string) (string, error) {
	var s string
	var v proto.ColInt64
	err := b.conn.Query(b.t.Context(), clickhouse.Select{SQL: "SELECT sum(v) AS v FROM " + table, Result: proto.Results{{Name: "v", Data: &v}},
		OnBlock: func(int) error { s = fmt.Sprint(v.Row(0)); return nil }})
	return s, err
}

func (b *bench) requireSum(want, table string) {
	got, err := b.sum(table)
	require.NoError(b.t, err)
	require.Equal(b.t, want, got, table)
}

// What a merge made and nobody can read gives way to what it was made of, in raw and in
// what views feed; tokens are known as before, and views go on.
func TestAMergeThatCannotBeReadIsTakenBack(t *testing.T) {
	b := newBench(t, tables.OldPartsLifetime)
	b.merged("raw." + b.name)
	clickhousetest.Exec(t, b.conn, "OPTIMIZE TABLE "+b.name+".sums FINAL")
	b.ruin("raw", b.name, "level > 0")
	b.ruin(b.name, "sums", "level > 0")
	_, err := b.sum("raw." + b.name)
	require.ErrorIs(t, err, clickhouse.ErrDamaged)
	done, err := b.watch.Restore(t.Context())
	require.NoError(t, err)
	require.True(t, done)
	for n := range 4 { // three of them for the second time
		require.NoError(t, b.insert(t.Context(), b.conn, n))
	}
	b.requireSum("400", "raw."+b.name)
	b.requireSum("400", b.name+".sums")
	done, err = b.watch.Restore(t.Context())
	require.NoError(t, err)
	require.False(t, done, "there is nothing left to do")
}

// rule: sources-first. A part that nothing can take the place of stays where it is, so
// that whoever reads it stops.
func TestAPartWithoutSourcesStays(t *testing.T) {
	for name, c := range map[string]struct {
		lifetime string
		spoil    func(*bench)
	}{
		"the server keeps no sources":       {"0", func(b *bench) { b.merged("raw." + b.name); b.ruin("raw", b.name, "level > 0") }},
		"it was never merged":               {tables.OldPartsLifetime, func(b *bench) { b.merged("raw." + b.name); b.insertAndRuin() }},
		"nor is it when another was merged": {tables.OldPartsLifetime, func(b *bench) { b.merged("raw." + b.name); b.ruin("raw", b.name, "level > 0"); b.insertAndRuin() }},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, c.lifetime)
			c.spoil(b)
			done, err := b.watch.Restore(t.Context())
			require.NoError(t, err)
			require.False(t, done)
			_, err = b.sum("raw." + b.name)
			require.ErrorIs(t, err, clickhouse.ErrDamaged)
			require.Equal(t, []string{"0"}, clickhousetest.Texts(t, b.conn, "SELECT toString(count()) AS p FROM system.detached_parts WHERE table = '"+b.name+"'"))
		})
	}
}

func (b *bench) insertAndRuin() {
	clickhousetest.Exec(b.t, b.conn, "SYSTEM STOP MERGES raw."+b.name)
	require.NoError(b.t, b.insert(b.t.Context(), b.conn, 3))
	b.ruin("raw", b.name, "level = 0")
}

// rule: attach-found.
func TestATableThatIsFoundDetachedIsAttached(t *testing.T) {
	b := newBench(t, tables.OldPartsLifetime)
	b.merged("raw." + b.name)
	clickhousetest.Exec(t, b.conn, "DETACH TABLE raw."+b.name+" SYNC")
	require.NoError(t, Attach(t.Context(), b.conn, b.watch.Log))
	b.requireSum("300", "raw."+b.name)
	clickhousetest.Exec(t, b.conn, "DETACH TABLE raw."+b.name+" PERMANENTLY SYNC")
	require.NoError(t, Attach(t.Context(), b.conn, b.watch.Log))
	_, err := b.sum("raw." + b.name)
	require.True(t, clickhouse.HasCode(err, proto.ErrUnknownTable), "%v", err)
}

// Inserts go on while tables are detached and attached, those of raw and those that a view
// feeds: each row is there once, whatever an insert met.
func TestInsertsMeetingARestoreAreExact(t *testing.T) {
	b := newBench(t, tables.OldPartsLifetime)
	const each, inserters = 40, 3
	inserting := make(chan struct{})
	var all sync.WaitGroup
	failed := make(chan error, inserters)
	for i := range inserters {
		all.Go(func() {
			conn := clickhouse.New(clickhousetest.Config(t))
			defer conn.Close()
			for n := range each {
				if err := b.insert(t.Context(), conn, i*each+n); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	go func() { all.Wait(); close(inserting) }()
	reloads := 0
	for going := true; going; {
		select {
		case <-inserting:
			going = false
		default:
			began := time.Now()
			require.NoError(t, reload(t.Context(), b.conn, table{"raw", b.name}))
			require.NoError(t, reload(t.Context(), b.conn, table{b.name, "sums"}))
			reloads++
			time.Sleep(time.Since(began)) // else a slow machine lets no insert through
		}
	}
	close(failed)
	for err := range failed {
		require.NoError(t, err)
	}
	t.Logf("%d tables detached and attached meanwhile", 2*reloads)
	b.requireSum(fmt.Sprint(100*each*inserters), "raw."+b.name)
	b.requireSum(fmt.Sprint(100*each*inserters), b.name+".sums")
}

// A merge that cannot read a part is cause to look, and without a cause nothing is looked at.
func TestTheServersErrorsAreCauseToLook(t *testing.T) {
	b := newBench(t, tables.OldPartsLifetime)
	b.merged("raw." + b.name)
	require.NoError(t, b.watch.look(t.Context(), false)) // whatever the server has met before
	b.ruin("raw", b.name, "level > 0")
	require.NoError(t, b.watch.look(t.Context(), false))
	require.NoError(t, b.insert(t.Context(), b.conn, 3))
	require.Len(t, clickhousetest.Texts(t, b.conn, "SELECT name AS p FROM system.parts WHERE active AND level > 0 AND table = '"+b.name+"'"), 1, "checked without a cause")
	before, err := look(t.Context(), b.conn)
	require.NoError(t, err)
	require.Error(t, b.conn.Exec(t.Context(), "OPTIMIZE TABLE raw."+b.name+" FINAL")) // as a merge in the background
	after, err := look(t.Context(), b.conn)
	require.NoError(t, err)
	require.Equal(t, before.room, after.room)
	require.Greater(t, after.damage, before.damage)
	b.watch.next = time.Time{}
	require.NoError(t, b.watch.look(t.Context(), false))
	b.requireSum("400", "raw."+b.name)
}

// While writes find no room nothing is checked, for a minute at most: the room may come.
func TestAFullDiskIsWaitedFor(t *testing.T) {
	b := newBench(t, tables.OldPartsLifetime)
	b.merged("raw." + b.name)
	require.NoError(t, b.watch.look(t.Context(), false))
	b.ruin("raw", b.name, "level > 0")
	full := func() {
		clickhousetest.Exec(t, b.conn, "ALTER TABLE "+b.name+".sums MODIFY SETTING min_free_disk_bytes_to_perform_insert = 1000000000000000")
		require.Error(t, b.conn.Exec(t.Context(), "INSERT INTO "+b.name+".sums VALUES (1, 1)"))
	}
	full()
	b.watch.next = time.Now().Add(time.Hour) // a full disk ends the rest
	require.NoError(t, b.watch.look(t.Context(), false))
	_, err := b.sum("raw." + b.name)
	require.ErrorIs(t, err, clickhouse.ErrDamaged)
	full()
	b.watch.owed = b.watch.owed.Add(-patience)
	require.NoError(t, b.watch.look(t.Context(), false))
	b.requireSum("300", "raw."+b.name)
}

// A sink that ends right after the disk was full does not leave what it should look at.
func TestTheLastLookWaitsForNothing(t *testing.T) {
	b := newBench(t, tables.OldPartsLifetime)
	b.merged("raw." + b.name)
	b.ruin("raw", b.name, "level > 0")
	b.watch.seen.room = 1 << 60 // nothing since
	b.watch.owed, b.watch.next = time.Now(), time.Now().Add(time.Hour)
	require.NoError(t, b.watch.look(t.Context(), false))
	_, err := b.sum("raw." + b.name)
	require.ErrorIs(t, err, clickhouse.ErrDamaged)
	b.watch.Finish(t.Context())
	b.requireSum("300", "raw."+b.name)
}

// Tables of older installations are told to keep what was merged.
func TestLengthen(t *testing.T) {
	b := newBench(t, tables.OldPartsLifetime)
	clickhousetest.Exec(t, b.conn, "ALTER TABLE "+b.name+".sums RESET SETTING old_parts_lifetime")
	require.NoError(t, Lengthen(t.Context(), b.conn))
	require.Equal(t, []string{"1"}, clickhousetest.Texts(t, b.conn, fmt.Sprintf(
		"SELECT toString(count()) AS p FROM system.tables WHERE database = '%s' AND engine_full LIKE '%%old_parts_lifetime = %s%%'", b.name, tables.OldPartsLifetime)))
}
