package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

const ledgerContract = `contract: 1
source: pg
table: public.ledger
target: shop.ledger
key: [id]
columns:
  - {name: id, type: integer}
`

var ledgerTable = []string{
	"CREATE TABLE ledger (id int PRIMARY KEY, n int NOT NULL)",
	"ALTER TABLE ledger REPLICA IDENTITY FULL",
	"CREATE TABLE other (id int PRIMARY KEY)",
	"CREATE PUBLICATION tidemark FOR TABLE ledger, other",
}

// replay applies a topic as the sink does: what is at or below a partition's high-water version is a duplicate (a snapshot row only if
// below), markers bound what a snapshot saw. It checks on the way what every record claims, and gives the rows that remain.
func replay(t testing.TB, all []record) map[string]string {
	rows := map[string]string{}
	high := map[int32]position.Position{}
	sent := map[int32]map[position.Position]bool{}
	snapshots := map[int32]map[string]bool{} // keys seen since the begin marker, by partition
	owner := map[string]int32{}
	for _, r := range all {
		switch {
		case r.tombstone:
			continue
		case r.Op == event.Marking:
			m, err := event.ParseMarker([]byte(r.value))
			require.NoError(t, err)
			switch m.Kind {
			case event.SnapshotBegin:
				snapshots[r.partition] = map[string]bool{}
			case event.SnapshotEnd:
				require.NotNil(t, snapshots[r.partition], "an end without a begin")
				for key := range rows {
					if owner[key] == r.partition && !snapshots[r.partition][key] {
						delete(rows, key) // gone while nobody looked
					}
				}
				delete(snapshots, r.partition)
			}
			continue
		}
		c := r.Version.Compare(high[r.partition])
		if c < 0 || c == 0 && r.Op != event.Read {
			require.True(t, sent[r.partition][r.Version], "%s stands behind %s and was not sent before", r.Version, high[r.partition])
			continue
		}
		if sent[r.partition] == nil {
			sent[r.partition] = map[position.Position]bool{}
		}
		sent[r.partition][r.Version] = true
		high[r.partition] = r.Version
		apply(t, rows, snapshots[r.partition], r)
		owner[r.key] = r.partition
	}
	return rows
}

func apply(t testing.TB, rows map[string]string, seen map[string]bool, r record) {
	before, after := member(t, r.value, "before"), member(t, r.value, "after")
	if seen != nil {
		seen[r.key] = true
	}
	had, lives := rows[r.key]
	switch r.Op {
	case event.Read:
		rows[r.key] = after
	case event.Create:
		require.False(t, lives, "insert over a live row: %s", r.value)
		rows[r.key] = after
	case event.Update:
		require.True(t, lives, "update of nothing: %s", r.value)
		if r.Flags.Chained() {
			require.Equal(t, had, before, "broken chain")
		}
		rows[r.key] = after
	case event.Delete:
		require.True(t, lives, "delete of nothing: %s", r.value)
		delete(rows, r.key)
	case event.Truncate:
		require.Fail(t, "no truncate expected")
	}
}

var pair = regexp.MustCompile(`^\{"id":(\d+),"n":(-?\d+)\}$`)

// requireLedger compares what the topic says with the table.
func (r *rig) requireLedger() {
	r.t.Helper()
	got := map[string]string{}
	for key, row := range replay(r.t, r.records("pg.public.ledger")) {
		m := pair.FindStringSubmatch(row)
		require.NotNil(r.t, m, row)
		require.Equal(r.t, fmt.Sprintf(`{"id":%s}`, m[1]), key)
		got[m[1]] = m[2]
	}
	rows, err := r.db.Query(context.Background(), "SELECT id::text, n::text FROM ledger")
	require.NoError(r.t, err)
	want := map[string]string{}
	var id, n string
	_, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error { want[id] = n; return nil })
	require.NoError(r.t, err)
	require.Equal(r.t, want, got)
}

// writers change the ledger until stopped: inserts, updates, deletes, key changes, in transactions that overlap.
type writers struct {
	stop  context.CancelFunc
	group sync.WaitGroup
}

func (r *rig) write(n int) *writers {
	ctx, cancel := context.WithCancel(context.Background())
	w := &writers{stop: cancel}
	r.t.Cleanup(cancel)
	for i := range n {
		conn := r.db.Dial()
		w.group.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(i), 7))
			for ctx.Err() == nil {
				var sql []string
				for range 1 + rnd.IntN(4) {
					sql = append(sql, statement(rnd))
				}
				_, _ = conn.Exec(context.Background(), "BEGIN; "+strings.Join(sql, "; ")+"; "+[]string{"COMMIT", "COMMIT", "COMMIT", "ROLLBACK"}[rnd.IntN(4)])
				_, _ = conn.Exec(context.Background(), "ROLLBACK")
				time.Sleep(time.Duration(rnd.IntN(2000)) * time.Microsecond)
			}
		})
	}
	return w
}

func (w *writers) end() { w.stop(); w.group.Wait() }

func statement(rnd *rand.Rand) string {
	id := rnd.IntN(300)
	switch rnd.IntN(5) {
	case 0:
		return fmt.Sprintf("DELETE FROM ledger WHERE id = %d", id)
	case 1:
		return fmt.Sprintf("UPDATE ledger SET id = id + 1000 WHERE id = %d AND NOT EXISTS (SELECT FROM ledger WHERE id = %d)", id, id+1000)
	case 2:
		return fmt.Sprintf("UPDATE ledger SET n = n + 1 WHERE id BETWEEN %d AND %d", id, id+3)
	}
	return fmt.Sprintf("INSERT INTO ledger VALUES (%d, %d) ON CONFLICT (id) DO UPDATE SET n = EXCLUDED.n", id, rnd.IntN(1e6))
}
