package validate

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// breached is a table of a test's own in ClickHouse; source and topic have no such.
func (r *rig) breached(t *testing.T) *contract.Contract {
	t.Helper()
	name := "breached_" + strings.ToLower(rand.Text()[:8])
	c, err := contract.Parse([]byte("contract: 1\nsource: pg\ntable: public." + name + "\ntarget: shop." + name + "\nkey: [id]\n" +
		"columns: [{name: id, type: bigint}, {name: v, type: text, nullable: true}]\n"))
	require.NoError(t, err)
	r.do(t, "CREATE TABLE raw."+name+" (id Int64, v Nullable(String), _sign Int8, _version UInt128, _op LowCardinality(String), _incarnation String, _partition UInt16, _offset UInt64) ENGINE = MergeTree ORDER BY id")
	r.do(t, "CREATE TABLE shop."+name+" (id Int64, v Nullable(String)) ENGINE = MergeTree ORDER BY id")
	t.Cleanup(func() {
		for _, database := range []string{"raw", "shop"} {
			_ = r.sides.ClickHouse.Query(context.Background(), "DROP TABLE "+database+"."+name, nil)
		}
	})
	return c
}

// A validator that cannot fail is worth nothing: each sees the breach it is for, and
// nothing where there is none.
func TestRawValidatorsSeeTheirBreach(t *testing.T) {
	r := stackOf(t)
	c := r.breached(t)
	r.letter(t, c, "3", "1")
	const whole = "(1, '10', 1, 5, 'c', 'i', 0, 0), (1, '10', -1, 6, 'u', 'i', 0, 1), (1, '20', 1, 6, 'u', 'i', 0, 1), (2, NULL, 1, 6, 'c', 'i', 0, 2)"
	breaches := func(raw, current string) []string {
		t.Helper()
		r.do(t, "TRUNCATE TABLE raw."+c.Target.Table)
		r.do(t, "TRUNCATE TABLE "+c.Target.String())
		r.do(t, "INSERT INTO raw."+c.Target.Table+" VALUES "+raw)
		r.do(t, "INSERT INTO "+c.Target.String()+" VALUES "+current)
		failures, err := Raw(t.Context(), r.sides.ClickHouse, c)
		require.NoError(t, err)
		return validatorsOf(failures)
	}
	const now = "(1, '20'), (2, NULL)"
	require.Empty(t, breaches(whole, now))
	require.Empty(t, breaches(whole+", (3, 'x', 1, 3, 'c', 'i', 0, 3)", now+", (3, 'x')"), "a dead letter that was sent again")
	require.Contains(t, breaches(whole+", (3, 'x', 1, 7, 'c', 'i', 0, 1)", now+", (3, 'x')"), "no offset twice")
	swept := func(version string) string {
		return whole + ", (4, 'y', 1, 6, 'c', 'i', 0, 3), (1, '20', -1, " + version + ", 'd', 'i', 0, 4), (2, NULL, -1, " + version + ", 'd', 'i', 0, 4)"
	}
	require.Empty(t, breaches(swept("281474976710656"), "(4, 'y')"), "a snapshot's end deletes what the snapshot did not see")
	require.Contains(t, breaches(swept("281474976710657"), "(4, 'y')"), "no offset twice", "a delete deletes one row")
	require.Contains(t, breaches(whole+", (1, '20', 1, 6, 'u', 'i', 0, 3)", now), "no position twice")
	require.Contains(t, breaches(whole+", (3, 'x', 1, 4, 'c', 'i', 0, 3)", now+", (3, 'x')"), "in order per partition")
	require.Contains(t, breaches("(1, '10', 1, 5, 'c', 'i', 0, 0), (1, '10', -1, 6, 'u', 'i', 1, 1), (1, '20', 1, 6, 'u', 'i', 1, 1)", "(1, '20')"), "one partition per key")
	require.Contains(t, breaches(whole+", (1, '30', 1, 7, 'u', 'i', 0, 3)", now+", (1, '30')"), "per key the signs sum to 0 or 1")
	require.Contains(t, breaches("(1, '10', 1, 5, 'c', 'i', 0, 0), (1, '11', -1, 6, 'u', 'i', 0, 1), (1, '20', 1, 6, 'u', 'i', 0, 1)", "(1, '20')"), "what is retracted is what was written")
	require.Contains(t, breaches("(1, NULL, 1, 5, 'c', 'i', 0, 0), (1, '', -1, 6, 'u', 'i', 0, 1), (1, '20', 1, 6, 'u', 'i', 0, 1)", "(1, '20')"), "what is retracted is what was written", "NULL is not the empty text")
	require.Contains(t, breaches(whole, "(1, '10'), (2, NULL)"), "current state is the newest image")
	require.Contains(t, breaches(whole, "(1, '20'), (2, '')"), "current state is the newest image")
}

// letter notes a dead letter of a version; its source is nobody's.
func (r *rig) letter(t *testing.T, c *contract.Contract, version, resolved string) {
	t.Helper()
	r.do(t, "INSERT INTO ops.dead_letters (source, topic, incarnation, partition, offset, version, resolved) VALUES ('breached', '"+c.Topic()+"', 'i', 0, 3, "+version+", "+resolved+")")
}
