package mend

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
	"github.com/tidemark-cdc/tidemark/sink/rows"
	"github.com/tidemark-cdc/tidemark/sink/tables"
)

const sales = `contract: 1
source: pg
table: public.NAME
target: NAME.NAME
key: [id]
columns:
  - {name: id, type: bigint}
  - {name: kind, type: text, clickhouse: LowCardinality(String)}
  - {name: amount, type: "numeric(12,2)"}
`

// bench is a table on the real server, with two aggregates of it and a log.
type bench struct {
	t       *testing.T
	conn    *clickhouse.Conn
	name    string
	builder *rows.Builder
	offset  int64
	ids     int
	place   rows.Place
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, conn: clickhousetest.Connect(t), name: fmt.Sprintf("mend_test_%d", rand.Uint32()), place: rows.Place{Incarnation: "in'c", Partition: 2}}
	c, err := contract.Parse([]byte(strings.ReplaceAll(sales, "NAME", b.name)))
	require.NoError(t, err)
	clickhousetest.Exec(t, b.conn, "CREATE DATABASE IF NOT EXISTS raw", "CREATE DATABASE IF NOT EXISTS current", "CREATE DATABASE "+b.name)
	t.Cleanup(func() {
		for _, sql := range []string{"DROP DATABASE %[1]s SYNC", "DROP TABLE IF EXISTS current.%[1]s_from_raw SYNC", "DROP TABLE IF EXISTS current.%[1]s SYNC", "DROP TABLE IF EXISTS raw.%[1]s SYNC"} {
			require.NoError(t, b.conn.Exec(context.Background(), fmt.Sprintf(sql, b.name)))
		}
	})
	require.NoError(t, tables.Migrate(t.Context(), b.conn, []*contract.Contract{c}))
	for _, sql := range []string{
		"CREATE TABLE %[1]s.kinds (kind LowCardinality(String), amount SimpleAggregateFunction(sum, Decimal(38, 2)), n SimpleAggregateFunction(sum, Int64)) ENGINE = AggregatingMergeTree ORDER BY kind SETTINGS non_replicated_deduplication_window = 1000",
		"CREATE MATERIALIZED VIEW %[1]s.kinds_mv TO %[1]s.kinds AS SELECT r.kind AS kind, sum(r.amount * r._sign) AS amount, sum(r._sign) AS n FROM raw.%[1]s AS r GROUP BY kind",
		"CREATE TABLE %[1]s.everything (n SimpleAggregateFunction(sum, Int64)) ENGINE = AggregatingMergeTree ORDER BY () SETTINGS non_replicated_deduplication_window = 1000",
		"CREATE MATERIALIZED VIEW %[1]s.everything_mv TO %[1]s.everything AS SELECT sum(_sign) AS n FROM raw.%[1]s",
		"CREATE TABLE %[1]s.log (id Int64) ENGINE = MergeTree ORDER BY ()",
		"CREATE MATERIALIZED VIEW %[1]s.log_mv TO %[1]s.log AS SELECT id FROM raw.%[1]s",
	} {
		clickhousetest.Exec(t, b.conn, fmt.Sprintf(sql, b.name))
	}
	b.builder, err = rows.Compile(c)
	require.NoError(t, err)
	return b
}

// insert applies a batch of n new keys over two weeks and gives its job.
func (b *bench) insert(n int) *Job {
	b.builder.Begin(b.place)
	first := b.offset
	for range n {
		b.ids++
		at := 1_704_067_200_000_000 + int64(b.ids%2)*14*86_400_000_000
		require.NoError(b.t, b.builder.Add(&rows.Record{Offset: b.offset, Key: fmt.Appendf(nil, `{"id":%d}`, b.ids),
			Value:  fmt.Appendf(nil, `{"before":null,"after":{"id":%d,"kind":"k%d","amount":"%d.25"},"source":{},"op":"c"}`, b.ids, b.ids%3, b.ids),
			Header: event.Header{Version: position.Position{Epoch: 1, Commit: uint64(b.offset + 1), Ordinal: 1}, Op: event.Create, Flags: event.Chained, CommitTime: at}}, true))
		b.offset++
	}
	j := &Job{Server: b.conn, Table: b.name, Incarnation: b.place.Incarnation, Partition: b.place.Partition, First: first, Last: b.offset - 1,
		Token: fmt.Sprintf("%s/%s/%d", b.place.Incarnation, b.name, first), Owner: 1, Log: slog.New(slog.DiscardHandler)}
	b.send(j)
	return j
}

func (b *bench) send(j *Job) {
	require.NoError(b.t, b.conn.Insert(b.t.Context(), "raw", b.name, b.builder.Input(), j.Token))
}

// newest is the part that the last insert made in a table.
func (b *bench) newest(database, table string) string {
	return clickhousetest.Texts(b.t, b.conn, fmt.Sprintf("SELECT name FROM system.parts WHERE active AND database = '%s' AND table = '%s' ORDER BY max_block_number DESC LIMIT 1", database, table))[0]
}

// vanish takes a part's rows away as a kill does: the token stays. A DROP PART would
// make the server forget it.
func (b *bench) vanish(database, table, part string) {
	clickhousetest.Exec(b.t, b.conn, fmt.Sprintf("ALTER TABLE %s.%s DELETE WHERE _part = '%s' SETTINGS mutations_sync = 2", database, table, part))
}

// still keeps parts as they were inserted.
func (b *bench) still() {
	for _, table := range []string{"raw." + b.name, "current." + b.name, b.name + ".kinds", b.name + ".everything"} {
		clickhousetest.Exec(b.t, b.conn, "ALTER TABLE "+table+" MODIFY SETTING merge_selecting_sleep_ms = 60000, max_bytes_to_merge_at_max_space_in_pool = 1")
	}
}

func (b *bench) mend(j *Job) error {
	open := func(context.Context) error { return nil }
	if _, err := j.Raw(b.t.Context(), b.builder.Input(), 0, open); err != nil {
		return err
	}
	return j.Targets(b.t.Context(), open)
}

// state is what raw, the current state and the aggregates hold.
func (b *bench) state() []string {
	return clickhousetest.Texts(b.t, b.conn, fmt.Sprintf(`SELECT * FROM (
	SELECT concat('raw ', toString(count()), ' ', toString(uniqExact(_offset)), ' ', toString(sum(amount))) AS s FROM raw.%[1]s
	UNION ALL SELECT concat('current ', toString(count()), ' ', toString(sum(amount))) FROM %[1]s.%[1]s
	UNION ALL SELECT concat('kind ', kind, ' ', toString(sum(amount)), ' ', toString(sum(n))) FROM %[1]s.kinds GROUP BY kind
	UNION ALL SELECT concat('everything ', toString(sum(n))) FROM %[1]s.everything
) ORDER BY s`, b.name))
}

// losses are what a kill may leave behind a token.
var losses = map[string]func(b *bench){
	"nothing":         func(*bench) {},
	"one part of raw": func(b *bench) { b.vanish("raw", b.name, b.newest("raw", b.name)) },
	"every part of raw": func(b *bench) {
		clickhousetest.Exec(b.t, b.conn, fmt.Sprintf("ALTER TABLE raw.%s DELETE WHERE _offset >= %d SETTINGS mutations_sync = 2", b.name, b.offset-7))
	},
	"the current rows":     func(b *bench) { b.vanish("current", b.name, b.newest("current", b.name)) },
	"an aggregate":         func(b *bench) { b.vanish(b.name, "kinds", b.newest(b.name, "kinds")) },
	"the only group":       func(b *bench) { b.vanish(b.name, "everything", b.newest(b.name, "everything")) },
	"raw and an aggregate": func(b *bench) { losses2(b) },
}

func losses2(b *bench) {
	b.vanish("raw", b.name, b.newest("raw", b.name))
	b.vanish(b.name, "kinds", b.newest(b.name, "kinds"))
}

// whole is a bench with two batches in, the second of which is to be mended.
func whole(t *testing.T) (b *bench, j *Job, want []string) {
	b = newBench(t)
	b.still()
	b.insert(20)
	j = b.insert(7)
	want = b.state()
	require.Contains(t, want, "raw 27 27 384.75")
	return b, j, want
}

func TestWhatVanishedBehindItsTokenIsPutBack(t *testing.T) {
	for name, lose := range losses {
		t.Run(name, func(t *testing.T) {
			b, j, want := whole(t)
			lose(b)
			b.send(j)
			if name != "nothing" {
				require.NotEqual(t, want, b.state(), "the retry alone mended it: the part did not vanish behind its token")
			}
			require.NoError(t, b.mend(j))
			require.Equal(t, want, b.state())
			b.send(j) // and it is still the range's only block
			require.NoError(t, b.mend(j))
			require.Equal(t, want, b.state())
			b.insert(5)
			require.NotEqual(t, want, b.state())
			require.Empty(t, b.leftovers(j))
		})
	}
}

func (b *bench) leftovers(j *Job) []string {
	return clickhousetest.Texts(b.t, b.conn, "SELECT concat(database, '.', name) FROM system.tables WHERE startsWith(name, '"+j.family()+"')")
}

var errDied = errors.New("died")

// However far a mend came when its owner died, the next owner ends it, and nothing is
// there twice.
func TestAMendThatWasBrokenOffIsEndedByTheNextOwner(t *testing.T) {
	b, j, want := whole(t)
	steps := 0
	for die := 1; ; die++ {
		losses2(b)
		b.vanish("current", b.name, b.newest("current", b.name))
		n := 0
		j.stop = func(step string) error {
			if n++; n == die {
				t.Log("dies:", step)
				return errDied
			}
			return nil
		}
		err := b.mend(j)
		if err == nil {
			break
		}
		require.ErrorIs(t, err, errDied)
		steps++
		j.stop, j.Owner = nil, j.Owner+1
		require.NoError(t, b.mend(j))
		require.Equal(t, want, b.state())
		require.Empty(t, b.leftovers(j))
	}
	require.GreaterOrEqual(t, steps, 8, "the mend has more steps than it was stopped at")
	require.Equal(t, want, b.state())
}

// An owner that was paused right before it attached, and wakes after another has mended
// the range, adds nothing.
func TestAPausedOwnerAttachesNothing(t *testing.T) {
	for _, step := range []string{"fenced", "compared"} {
		t.Run(step, func(t *testing.T) {
			b, j, want := whole(t)
			losses2(b)
			conn := clickhousetest.Connect(t)
			j.stop = func(at string) error {
				if at != step {
					return nil
				}
				next := *j
				next.Server, next.Owner, next.stop = conn, 2, nil
				require.NoError(t, b.mend(&next))
				return nil
			}
			require.Error(t, b.mend(j))
			require.Equal(t, want, b.state())
		})
	}
}

// A fence that fails leaves everything as it is.
func TestNothingIsAttachedBeyondTheFence(t *testing.T) {
	b, j, _ := whole(t)
	losses2(b)
	lost := b.state()
	shut := func(context.Context) error { return errDied }
	_, err := j.Raw(t.Context(), b.builder.Input(), 0, shut)
	require.ErrorIs(t, err, errDied)
	require.Equal(t, lost, b.state())
	_, err = j.Raw(t.Context(), b.builder.Input(), 0, func(context.Context) error { return nil })
	require.NoError(t, err)
	lost = b.state()
	require.ErrorIs(t, j.Targets(t.Context(), shut), errDied)
	require.Equal(t, lost, b.state())
}

func TestAPartInPiecesStops(t *testing.T) {
	b, j, _ := whole(t)
	clickhousetest.Exec(t, b.conn, fmt.Sprintf("ALTER TABLE raw.%s DELETE WHERE _offset = %d SETTINGS mutations_sync = 2", b.name, j.First))
	require.ErrorIs(t, b.mend(j), ErrPartial)
}

func TestRestartedIsAfterTheSeal(t *testing.T) {
	conn := clickhousetest.Connect(t)
	restarted, err := Restarted(t.Context(), conn, time.Now().Add(-10*365*24*time.Hour))
	require.NoError(t, err)
	require.True(t, restarted)
	restarted, err = Restarted(t.Context(), conn, time.Now().Add(time.Hour))
	require.NoError(t, err)
	require.False(t, restarted)
}
