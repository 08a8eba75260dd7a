package lookup_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
	"github.com/tidemark-cdc/tidemark/sink/lookup"
	"github.com/tidemark-cdc/tidemark/sink/rows"
	"github.com/tidemark-cdc/tidemark/sink/tables"
)

const accounts = `contract: 1
source: pg
table: public.lookup_test
target: lookup_test.lookup_test
key: [id, kind]
columns:
  - {name: kind, type: text, clickhouse: LowCardinality(String)}
  - {name: id, type: uuid}
  - {name: amount, type: "numeric(30,2)", nullable: true}
  - {name: tags, type: "text[]"}
  - {name: note, type: text}
  - {name: zero, type: integer}
  - {name: at, type: timestamptz}
`

// bench is a partition of a real raw table.
type bench struct {
	t       *testing.T
	conn    *clickhouse.Conn
	table   *lookup.Table
	builder *rows.Builder
	place   rows.Place
	offset  int64
	commit  uint64
	// source is what each key holds.
	source map[int]string
}

func newBench(t *testing.T) *bench {
	conn := clickhousetest.Connect(t)
	c, err := contract.Parse([]byte(accounts))
	require.NoError(t, err)
	drop := func() {
		for _, sql := range []string{"DROP DATABASE IF EXISTS lookup_test", "DROP TABLE IF EXISTS current.lookup_test_from_raw", "DROP TABLE IF EXISTS current.lookup_test", "DROP TABLE IF EXISTS raw.lookup_test"} {
			require.NoError(t, conn.Exec(context.Background(), sql))
		}
	}
	clickhousetest.Exec(t, conn, "CREATE DATABASE IF NOT EXISTS raw", "CREATE DATABASE IF NOT EXISTS current")
	drop()
	t.Cleanup(drop)
	require.NoError(t, tables.Migrate(t.Context(), conn, []*contract.Contract{c}))
	b := &bench{t: t, conn: conn, source: map[int]string{}, place: rows.Place{Incarnation: "in'c", Partition: 2}}
	b.table, err = lookup.New(conn, c)
	require.NoError(t, err)
	b.builder, err = rows.Compile(c)
	require.NoError(t, err)
	return b
}

func key(n int) string {
	return fmt.Sprintf(`{"id":"018f3c6e-0000-7000-8000-%012x","kind":"k%d"}`, n, n%3)
}

func (b *bench) image(n int, note string) string {
	return fmt.Sprintf(`{"id":"018f3c6e-0000-7000-8000-%012x","kind":"k%d","amount":null,"tags":["a",null],"note":%q,"zero":0,"at":"2024-01-01T00:00:00Z"}`, n, n%3, note)
}

// change makes a record without a before image.
func (b *bench) change(op event.Op, n int, note string) *rows.Record {
	b.offset++
	b.commit++
	after := "null"
	if op == event.Delete {
		delete(b.source, n)
	} else {
		after = b.image(n, note)
		b.source[n] = note
	}
	return &rows.Record{
		Offset: b.offset, Key: []byte(key(n)), Value: fmt.Appendf(nil, `{"before":null,"after":%s,"source":{},"op":"%s"}`, after, op),
		Header: event.Header{Version: position.Position{Epoch: 1, Commit: b.commit, Ordinal: 1}, Op: op, CommitTime: 1_704_067_200_000_000},
	}
}

// build makes a batch, as often as it is asked for.
func (b *bench) build(records []*rows.Record) uint64 {
	b.builder.Begin(b.place)
	for _, r := range records {
		require.NoError(b.t, b.builder.Add(r, false))
	}
	rejects, err := b.builder.Resolve(b.t.Context(), b.table)
	require.NoError(b.t, err)
	require.Empty(b.t, rejects)
	require.NoError(b.t, b.builder.Counts().Check(b.builder.Rows()))
	return b.builder.Checksum()
}

func (b *bench) insert() {
	if b.builder.Rows() > 0 {
		token := fmt.Sprintf("%s/%d", b.place.Incarnation, b.offset)
		require.NoError(b.t, b.conn.Insert(b.t.Context(), "raw", "lookup_test", b.builder.Input(), token))
	}
}

// check compares what people read, and the sums of raw's signs, with the source.
func (b *bench) check() {
	want := []string{}
	for n, note := range b.source {
		want = append(want, fmt.Sprintf("%012x %s", n, note))
	}
	slices.Sort(want)
	shown := clickhousetest.Texts(b.t, b.conn, `SELECT concat(substring(toString(id), 25), ' ', note) AS s FROM lookup_test.lookup_test ORDER BY s`)
	require.Equal(b.t, want, shown)
	summed := clickhousetest.Texts(b.t, b.conn, `SELECT concat(substring(toString(id), 25), ' ', note) AS s FROM raw.lookup_test GROUP BY id, note HAVING sum(_sign) != 0 ORDER BY s`)
	require.Equal(b.t, want, summed)
	odd := clickhousetest.Texts(b.t, b.conn, `SELECT toString(id) FROM raw.lookup_test GROUP BY id HAVING sum(_sign) NOT IN (0, 1)`)
	require.Empty(b.t, odd)
}

// Records without before images, batches built twice (as after a crash, once before and
// once after the insert): raw and the current state follow the source, and both builds
// have one checksum.
func TestRawFollowsASourceWithoutBeforeImages(t *testing.T) {
	b := newBench(t)
	r := rand.New(rand.NewPCG(11, 12))
	for range 25 {
		var batch []*rows.Record
		for range 1 + r.IntN(20) {
			n := r.IntN(12)
			op := event.Update
			if _, there := b.source[n]; !there {
				op = event.Create
			} else if r.IntN(3) == 0 {
				op = event.Delete
			}
			batch = append(batch, b.change(op, n, fmt.Sprint("note ", b.offset)))
		}
		sum := b.build(batch)
		b.insert()
		require.Equal(t, sum, b.build(batch), "rebuilt after its own rows are in raw")
		b.insert()
		b.check()
	}
}

// fill puts keys from below n into raw.
func (b *bench) fill(n int) {
	var batch []*rows.Record
	for i := range n {
		batch = append(batch, b.change(event.Create, i, "first"))
	}
	b.build(batch)
	b.insert()
}

func TestATruncateTakesBackEverythingInSlices(t *testing.T) {
	b := newBench(t)
	b.fill(1000)
	b.build([]*rows.Record{b.change(event.Delete, 3, ""), b.change(event.Update, 4, "second")})
	b.insert()
	b.check()

	b.offset++
	scope := lookup.Scope{Place: b.place, Below: b.offset, Slices: 4}
	at := event.Header{Version: position.Position{Epoch: 1, Commit: 99_999}, Op: event.Truncate, CommitTime: 1_704_067_200_000_000}
	later := b.build([]*rows.Record{b.change(event.Create, 5, "after the truncate")})
	require.NotZero(t, later)
	total := 0
	for scope.Slice = range scope.Slices {
		n, err := b.table.Count(t.Context(), scope)
		require.NoError(t, err)
		var sums [2]uint64
		for i := range sums {
			b.builder.Begin(b.place)
			require.NoError(t, b.table.Live(t.Context(), scope, func(m *rows.Images) error {
				for i := range m.Len() {
					require.True(t, m.Live(i))
					b.builder.Retract(m, i, at, scope.Below)
				}
				return nil
			}))
			require.Equal(t, n, b.builder.Rows())
			sums[i] = b.builder.Checksum()
			if i == 0 {
				require.NoError(t, b.conn.Insert(t.Context(), "raw", "lookup_test", b.builder.Input(), fmt.Sprint("slice ", scope.Slice)))
			}
		}
		require.Equal(t, sums[0], sums[1], "a slice is the same when it is taken again after its insert")
		total += n
	}
	require.Equal(t, 999, total)
	clear(b.source)
	b.check()
}

func TestOnlyKeysOlderThanTheSnapshotAreSwept(t *testing.T) {
	b := newBench(t)
	b.fill(10)
	begin := position.Position{Epoch: 1, Commit: b.commit + 1}
	b.commit++
	b.build([]*rows.Record{b.change(event.Read, 3, "seen again"), b.change(event.Create, 50, "new")})
	b.insert()
	n, err := b.table.Count(t.Context(), lookup.Scope{Place: b.place, Below: b.offset + 1, Older: begin})
	require.NoError(t, err)
	require.Equal(t, 9, n)
	n, err = b.table.Count(t.Context(), lookup.Scope{Place: b.place, Below: b.offset + 1})
	require.NoError(t, err)
	require.Equal(t, 11, n)
	n, err = b.table.Count(t.Context(), lookup.Scope{Place: rows.Place{Incarnation: b.place.Incarnation, Partition: 1}, Below: b.offset + 1})
	require.NoError(t, err)
	require.Zero(t, n, "another partition's rows")
}

// A topic that was made anew counts offsets from the start: what the old incarnation
// left is found all the same.
func TestANewIncarnationTakesBackWhatTheOldOneLeft(t *testing.T) {
	b := newBench(t)
	b.fill(10)
	b.place.Incarnation, b.offset = "second", 0
	b.build([]*rows.Record{b.change(event.Update, 1, "again"), b.change(event.Delete, 2, "")})
	b.insert()
	b.check()
	n, err := b.table.Count(t.Context(), lookup.Scope{Place: b.place, Below: b.offset + 1})
	require.NoError(t, err)
	require.Equal(t, 9, n)
}

// Half a million rows of zeros: the server keeps such columns sparse.
func TestLookupsReadColumnsThatAreMostlyDefaults(t *testing.T) {
	b := newBench(t)
	clickhousetest.Exec(t, b.conn, `INSERT INTO raw.lookup_test (id, kind, _sign, _version, _op, _incarnation, _partition)
		SELECT toUUID(concat('018f3c6e-0000-7000-8000-', leftPad(lower(hex(number)), 12, '0'))), concat('k', toString(number % 3)), 1, 0, 'c', 'in\'c', 2 FROM numbers(500000)`,
		"OPTIMIZE TABLE raw.lookup_test FINAL")
	b.offset = 1
	sum := b.build([]*rows.Record{b.change(event.Delete, 77, ""), b.change(event.Update, 4711, "x"), b.change(event.Update, 600_000, "new")})
	require.NotZero(t, sum)
	require.Equal(t, rows.Counts{Records: 3, Deleted: 1, Updated: 1, Inserted: 1}, b.builder.Counts())
	n, err := b.table.Count(t.Context(), lookup.Scope{Place: b.place, Below: 1})
	require.NoError(t, err)
	require.Equal(t, 500_000, n)
	live := 0
	require.NoError(t, b.table.Live(t.Context(), lookup.Scope{Place: b.place, Below: 1}, func(m *rows.Images) error {
		live += m.Len()
		return nil
	}))
	require.Equal(t, 500_000, live)
}
