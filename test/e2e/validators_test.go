package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/test/validate"
)

// A validator that cannot fail is worth nothing: each must see the breach it is for.
func TestEveryValidatorSeesItsBreach(t *testing.T) {
	ctx, p := stackOf(t)
	c, err := contract.Parse([]byte("contract: 1\nsource: pg\ntable: public.breached\ntarget: shop.breached\nkey: [id]\n" +
		"columns: [{name: id, type: bigint}, {name: v, type: bigint}]\n"))
	require.NoError(t, err)
	run := func(sql string) {
		t.Helper()
		require.NoError(t, p.sides.ClickHouse.Query(ctx, sql, func([]*string) error { return nil }), sql)
	}
	run("CREATE TABLE raw.breached (id Int64, v Int64, _sign Int8, _version UInt128, _op String, _incarnation String, _partition UInt16, _offset UInt64) ENGINE = MergeTree ORDER BY id")
	run("CREATE TABLE shop.breached (id Int64, v Int64) ENGINE = MergeTree ORDER BY id")
	defer run("DROP TABLE shop.breached")
	defer run("DROP TABLE raw.breached")

	const whole = "(1, 10, 1, 5, 'c', 'i', 0, 0), (1, 10, -1, 6, 'u', 'i', 0, 1), (1, 20, 1, 6, 'u', 'i', 0, 1)"
	breaches := func(raw, current string) (names []string) {
		t.Helper()
		run("TRUNCATE TABLE raw.breached")
		run("TRUNCATE TABLE shop.breached")
		run("INSERT INTO raw.breached VALUES " + raw)
		run("INSERT INTO shop.breached VALUES " + current)
		failures, err := validate.Raw(ctx, p.sides.ClickHouse, c)
		require.NoError(t, err)
		for _, f := range failures {
			names = append(names, f.Validator)
		}
		return names
	}
	require.Empty(t, breaches(whole, "(1, 20)"))
	require.Contains(t, breaches(whole+", (2, 1, 1, 7, 'c', 'i', 0, 1)", "(1, 20), (2, 1)"), "no offset twice")
	require.Contains(t, breaches(whole+", (1, 20, 1, 6, 'u', 'i', 0, 2)", "(1, 20)"), "no position twice")
	require.Contains(t, breaches(whole+", (2, 1, 1, 4, 'c', 'i', 0, 2)", "(1, 20), (2, 1)"), "in order per partition")
	require.Contains(t, breaches(whole+", (1, 30, 1, 7, 'u', 'i', 0, 2)", "(1, 30)"), "per key the signs sum to 0 or 1")
	require.Contains(t, breaches("(1, 10, 1, 5, 'c', 'i', 0, 0), (1, 11, -1, 6, 'u', 'i', 0, 1), (1, 20, 1, 6, 'u', 'i', 0, 1)", "(1, 20)"), "what is retracted is what was written")
	require.Contains(t, breaches(whole, "(1, 10)"), "current state is the newest image")
}
