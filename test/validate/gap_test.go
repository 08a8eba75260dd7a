package validate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/test/journal"
)

// written is a table of a test's own in PostgreSQL, its journal, and raw for a test to
// fill as a sink without a fault would.
type written struct {
	*rig
	t *testing.T
	c *contract.Contract
	j *journal.Journal
}

func (r *rig) written(t *testing.T) *written {
	t.Helper()
	w := &written{rig: r, t: t, c: r.breached(t)}
	w.sql("CREATE TABLE $ (id bigint PRIMARY KEY, v text); ALTER TABLE $ REPLICA IDENTITY FULL")
	t.Cleanup(func() { _, _ = r.sides.Postgres.Exec(context.Background(), "DROP TABLE "+w.c.Table) })
	j, err := journal.Open(t.Context(), journal.Options{Contracts: []*contract.Contract{w.c}, PostgresURL: r.env["TIDEMARK_POSTGRES_URL"]})
	require.NoError(t, err)
	t.Cleanup(func() { _ = j.Close(context.Background()) }) // not w.j, in whose place a test may put another
	w.j = j
	return w
}

// sql runs a statement in PostgreSQL; $ is the table.
func (w *written) sql(statement string) {
	w.t.Helper()
	statement = strings.ReplaceAll(statement, "$", w.c.Table)
	_, err := w.sides.Postgres.Exec(w.t.Context(), statement)
	require.NoError(w.t, err, statement)
}

// stored is a row of raw.
type stored struct {
	id, v   string
	sign    int
	version position.Position
	op      string
}

func (s stored) values(offset int) string {
	hi, lo := s.version.UInt128()
	v := "NULL"
	if s.v != compare.Null {
		v = "'" + s.v + "'"
	}
	return fmt.Sprintf("(%s, %s, %d, bitOr(bitShiftLeft(toUInt128(%d), 64), toUInt128(%d)), '%s', 'i', 0, %d)", s.id, v, s.sign, hi, lo, s.op, offset)
}

// perfect gives the rows that raw should have of the journal.
func (w *written) perfect() (rows []stored) {
	w.t.Helper()
	require.NoError(w.t, w.j.Sync(w.t.Context()))
	var last position.Position
	require.NoError(w.t, w.j.Read(w.c, func(ch journal.Change) error {
		at := position.Position{Epoch: 1, Commit: ch.To, Ordinal: last.Ordinal + 1}
		if last.Commit != at.Commit {
			at.Ordinal = 1
		}
		last = at
		put := func(sign int, image []string, op journal.Kind) {
			rows = append(rows, stored{image[0], image[1], sign, at, map[journal.Kind]string{'i': "c", 'u': "u", 'd': "d"}[op]})
		}
		switch {
		case ch.Kind == journal.Truncate:
			for _, r := range live(rows) {
				rows = append(rows, stored{r.id, r.v, -1, at, "t"})
			}
		case ch.OldKey != nil:
			put(-1, ch.Before, journal.Delete)
			put(+1, ch.After, journal.Insert)
		default:
			if ch.Before != nil {
				put(-1, ch.Before, ch.Kind)
			}
			if ch.After != nil {
				put(+1, ch.After, ch.Kind)
			}
		}
		return nil
	}))
	return rows
}

// live are the rows that nothing took back.
func live(rows []stored) (out []stored) {
	for _, r := range rows {
		if r.sign > 0 {
			out = append(out, r)
			continue
		}
		i := slices.IndexFunc(out, func(o stored) bool { return o.id == r.id })
		out = slices.Delete(out, i, i+1)
	}
	return out
}

// gaps fills raw with rows and gives what differs from the journal.
func (w *written) gaps(rows []stored) []Failure {
	w.t.Helper()
	w.do(w.t, "TRUNCATE TABLE raw."+w.c.Target.Table)
	values := make([]string, len(rows))
	for i, r := range rows {
		values[i] = r.values(i)
	}
	if len(rows) > 0 {
		w.do(w.t, "INSERT INTO raw."+w.c.Target.Table+" VALUES "+strings.Join(values, ", "))
	}
	failures, err := gapsOf(w.t.Context(), w.sides.ClickHouse, w.c, w.j, nil)
	require.NoError(w.t, err)
	return failures
}

func TestNoGapSeesEveryBreach(t *testing.T) {
	w := stackOf(t).written(t)
	w.sql("INSERT INTO $ VALUES (1, 'a'), (2, NULL)")
	w.sql("UPDATE $ SET v = 'b' WHERE id = 1")
	w.sql("UPDATE $ SET id = 3 WHERE id = 2")
	w.sql("BEGIN; UPDATE $ SET v = 'c' WHERE id = 1; UPDATE $ SET v = 'd' WHERE id = 1; COMMIT")
	w.sql("DELETE FROM $ WHERE id = 1")
	w.sql("TRUNCATE $")
	w.sql("INSERT INTO $ VALUES (4, 'e')")
	rows := w.perfect()
	require.Len(t, rows, 13)
	require.Empty(t, w.gaps(rows))

	with := func(change func(rows []stored) []stored) []string {
		return validatorsOf(w.gaps(change(slices.Clone(rows))))
	}
	require.Contains(t, with(func(r []stored) []stored { return r[1:] }), noGap, "the first insert")
	require.Contains(t, with(func(r []stored) []stored { return r[:len(r)-1] }), noGap, "the last insert")
	require.Contains(t, with(func(r []stored) []stored { return slices.Delete(r, 2, 4) }), noGap, "an update")
	require.Contains(t, with(func(r []stored) []stored { return slices.Delete(r, 4, 5) }), noGap, "a key change's delete")
	require.Contains(t, with(func([]stored) []stored { return nil }), noGap, "everything")
	require.Contains(t, with(func(r []stored) []stored { return append(r, r[0]) }), noExtra, "an insert twice")
	require.Contains(t, with(func(r []stored) []stored { r[0].id = "9"; return r }), noExtra, "a key that nobody wrote")
	require.Contains(t, with(func(r []stored) []stored {
		last := r[len(r)-1]
		last.version.Commit += 1 << 20
		return append(r, last)
	}), noExtra, "a commit that nobody made")
	require.Contains(t, with(func(r []stored) []stored { r[0].version.Commit = r[2].version.Commit; return r }), noGap, "at another's commit")
	require.Contains(t, with(func(r []stored) []stored { r[0].op, r[0].version.Commit = "t", r[2].version.Commit; return r }), noExtra, "a truncate that nobody made")
	require.Contains(t, with(func(r []stored) []stored { r[3].v = "z"; return r }), sameImage, "an after image")
	require.Contains(t, with(func(r []stored) []stored { r[2].v = "z"; return r }), sameImage, "a before image")
}

// A dead letter excuses the change that it is, and no other.
func TestADeadLetterExcusesItself(t *testing.T) {
	w := stackOf(t).written(t)
	w.sql("INSERT INTO $ VALUES (1, 'a')")
	w.sql("UPDATE $ SET v = 'b'")
	w.sql("UPDATE $ SET v = 'c'")
	w.sql("INSERT INTO $ VALUES (2, 'x')")
	rows := w.perfect()
	torn := slices.Delete(slices.Clone(rows), 1, 3) // the first update failed
	torn[1].v = "a"                                 // so the second took back what raw had
	require.Contains(t, validatorsOf(w.gaps(torn)), noGap)
	hi, lo := rows[1].version.UInt128()
	w.letter(t, w.c, fmt.Sprintf("bitOr(bitShiftLeft(toUInt128(%d), 64), toUInt128(%d))", hi, lo), "0")
	require.Empty(t, w.gaps(torn))
	require.Contains(t, validatorsOf(w.gaps(torn[:len(torn)-1])), noGap, "another change")
	torn[2].v = "z"
	require.Contains(t, validatorsOf(w.gaps(torn)), sameImage, "the image that is whole again")

	before, err := journal.Open(t.Context(), journal.Options{Contracts: []*contract.Contract{w.c}, PostgresURL: w.env["TIDEMARK_POSTGRES_URL"]})
	require.NoError(t, err)
	defer func() { require.NoError(t, before.Close(context.Background())) }()
	w.j = before // it does not know the change that failed
	w.sql("UPDATE $ SET v = 'y' WHERE id = 2")
	late := w.perfect()
	require.Empty(t, w.gaps(late[1:]), "raw had nothing to take back")
	require.Contains(t, validatorsOf(w.gaps(nil)), noGap)
}

// What the writer says that it wrote must be in the source's log.
func TestALogThatHidesAWriteIsSeen(t *testing.T) {
	w := stackOf(t).written(t)
	w.sql("INSERT INTO $ VALUES (1, 'a')")
	w.sql("UPDATE $ SET v = 'b'")
	w.sql("DELETE FROM $")
	require.NoError(t, w.j.Sync(t.Context()))
	says := func(inserts, updates, deletes int64) []string {
		return validatorsOf(counted(&Env{Contracts: []*contract.Contract{w.c}, Journal: w.j,
			Written: map[string]map[string]int64{w.c.Table: {"insert": inserts, "update": updates, "delete": deletes}}}))
	}
	require.Empty(t, says(1, 1, 1))
	require.Empty(t, says(1, 0, 1), "an update sent again")
	for _, more := range [][]string{says(2, 1, 1), says(1, 2, 1), says(1, 1, 2), says(0, 1, 1), says(1, 1, 0)} {
		require.Equal(t, []string{asCounted}, more)
	}
}

// Current state that lacks a row of its source is seen; so is one that has another value.
func TestCurrentIsHeldToItsSource(t *testing.T) {
	w := stackOf(t).written(t)
	w.sql("INSERT INTO $ VALUES (1, 'a'), (2, NULL)")
	env := Env{Contracts: []*contract.Contract{w.c}, Sides: w.sides}
	shows := func(values string) []string {
		w.do(t, "TRUNCATE TABLE "+w.c.Target.String())
		w.do(t, "INSERT INTO "+w.c.Target.String()+" VALUES "+values)
		failures, err := sourceIsCurrent(t.Context(), &env)
		require.NoError(t, err)
		return validatorsOf(failures)
	}
	require.Empty(t, shows("(1, 'a'), (2, NULL)"))
	for _, wrong := range []string{"(1, 'a')", "(1, 'a'), (2, '')", "(1, 'a'), (2, NULL), (3, 'c')", "(1, 'a'), (1, 'a'), (2, NULL)"} {
		require.Equal(t, []string{asSource}, shows(wrong), wrong)
	}
}

// Random histories, each with one random spoil of raw: the right ones pass, the spoilt
// ones do not, all validators of raw together.
func TestEverySpoilIsSeen(t *testing.T) {
	w := stackOf(t).written(t)
	r := rand.New(rand.NewPCG(20, 26))
	for range 60 {
		w.sql("BEGIN; " + strings.Repeat(oneOf(r)+"; ", 1+r.IntN(2)) + "COMMIT")
	}
	rows := w.perfect()
	require.Empty(t, w.every(rows))
	for i := range 15 {
		spoilt, how := spoilRow(r, slices.Clone(rows))
		require.NotEmpty(t, w.every(spoilt), "%d: %s", i, how)
	}
}

// every runs all validators of raw over rows.
func (w *written) every(rows []stored) []Failure {
	failures := w.gaps(rows)
	w.do(w.t, "TRUNCATE TABLE shop."+w.c.Target.Table)
	w.do(w.t, "INSERT INTO shop."+w.c.Target.Table+" SELECT id, v FROM raw."+w.c.Target.Table+" GROUP BY id, v HAVING sum(_sign) = 1")
	more, err := Raw(w.t.Context(), w.sides.ClickHouse, w.c)
	require.NoError(w.t, err)
	for _, f := range more {
		if f.Validator != "no offset twice" { // each row of this test has an offset of its own
			failures = append(failures, f)
		}
	}
	return failures
}

// oneOf is a statement on a handful of keys.
func oneOf(r *rand.Rand) string {
	id := r.IntN(6)
	switch r.IntN(4) {
	case 0:
		return fmt.Sprintf("DELETE FROM $ WHERE id = %d", id)
	case 1:
		return fmt.Sprintf("UPDATE $ SET v = v || 'x' WHERE id = %d", id)
	}
	return fmt.Sprintf("INSERT INTO $ VALUES (%d, '%d') ON CONFLICT (id) DO UPDATE SET v = excluded.v", id, r.IntN(1000))
}

// spoilRow breaks one row of raw.
func spoilRow(r *rand.Rand, rows []stored) ([]stored, string) {
	i := r.IntN(len(rows))
	s := rows[i]
	switch r.IntN(5) {
	case 0:
		return slices.Delete(rows, i, i+1), fmt.Sprintf("%+v left out", s)
	case 1:
		return append(rows, s), fmt.Sprintf("%+v twice", s)
	case 2:
		rows[i].v += "?"
		return rows, fmt.Sprintf("%+v with another value", s)
	case 3:
		rows[i].sign = -s.sign
		return rows, fmt.Sprintf("%+v with the other sign", s)
	}
	rows[i].version.Commit += 1 << 30
	return rows, fmt.Sprintf("%+v at another commit", s)
}
