package tables

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
)

const payments = `contract: 1
source: pg
table: public.payments
target: tables_test.tables_test_payments
key: [order_id, id]
columns:
  - {name: id, type: bigint}
  - {name: order_id, type: text}
  - {name: amount, type: "numeric(12,2)", nullable: true}
  - {name: kind, type: enum, nullable: true}
  - {name: tags, type: "text[]"}
  - {name: at, type: timestamptz, nullable: true}
`

func parse(t *testing.T, text string) *contract.Contract {
	t.Helper()
	c, err := contract.Parse([]byte(text))
	require.NoError(t, err)
	return c
}

// fresh drops what an earlier run left.
func fresh(t *testing.T) *clickhouse.Conn {
	conn := clickhousetest.Connect(t)
	drop := func() {
		clickhousetest.Exec(t, conn, "DROP DATABASE IF EXISTS tables_test",
			"DROP TABLE IF EXISTS current.tables_test_payments_from_raw", "DROP TABLE IF EXISTS current.tables_test_payments", "DROP TABLE IF EXISTS raw.tables_test_payments")
	}
	clickhousetest.Exec(t, conn, "CREATE DATABASE IF NOT EXISTS raw", "CREATE DATABASE IF NOT EXISTS current")
	drop()
	return conn
}

func TestMigrateIsIdempotent(t *testing.T) {
	conn, all := fresh(t), []*contract.Contract{parse(t, payments)}
	require.NoError(t, Migrate(t.Context(), conn, all))
	again, err := Plan(t.Context(), conn, all)
	require.NoError(t, err)
	require.Empty(t, again)
}

func TestTheShopsContractsMigrate(t *testing.T) {
	conn := fresh(t)
	all, err := contract.Load(os.DirFS("../../schemas/shop"))
	require.NoError(t, err)
	require.NoError(t, Migrate(t.Context(), conn, all))
	again, err := Plan(t.Context(), conn, all)
	require.NoError(t, err)
	require.Empty(t, again)
}

func TestAddedNullableColumnsReachEveryTable(t *testing.T) {
	conn := fresh(t)
	require.NoError(t, Migrate(t.Context(), conn, []*contract.Contract{parse(t, payments)}))
	clickhousetest.Exec(t, conn, `INSERT INTO raw.tables_test_payments (id, order_id, tags, _sign, _version, _op) VALUES (1, 'a', ['x'], 1, 1, 'c')`)

	wider := parse(t, strings.Replace(payments, "  - {name: tags", "  - {name: note, type: text, nullable: true}\n  - {name: labels, type: \"text[]\"}\n  - {name: tags", 1))
	require.NoError(t, Migrate(t.Context(), conn, []*contract.Contract{wider}))
	again, err := Plan(t.Context(), conn, []*contract.Contract{wider})
	require.NoError(t, err)
	require.Empty(t, again)

	clickhousetest.Exec(t, conn, `INSERT INTO raw.tables_test_payments (id, order_id, note, tags, _sign, _version, _op) VALUES (2, 'b', 'hello', ['x'], 1, 1, 'c')`)
	got := clickhousetest.Texts(t, conn, `SELECT toString(tuple(id, note, labels, tags)) FROM tables_test.tables_test_payments ORDER BY id`)
	require.Equal(t, []string{`(1,NULL,[],['x'])`, `(2,'hello',[],['x'])`}, got)
}

// What a contract mend needs most: a column that held too little holds more, with what
// it has, in every table and to the reader.
func TestWidenedColumnsReachEveryTable(t *testing.T) {
	conn := fresh(t)
	narrow := strings.Replace(payments, `"numeric(12,2)", nullable: true`, `"numeric(12,2)", clickhouse: "Decimal(8, 2)"`, 1)
	require.NoError(t, Migrate(t.Context(), conn, []*contract.Contract{parse(t, narrow)}))
	clickhousetest.Exec(t, conn, `INSERT INTO raw.tables_test_payments (id, order_id, amount, _sign, _version, _op) VALUES (1, 'a', '123456.78', 1, 1, 'c')`)
	wide := []*contract.Contract{parse(t, payments)}
	require.NoError(t, Migrate(t.Context(), conn, wide))
	again, err := Plan(t.Context(), conn, wide)
	require.NoError(t, err)
	require.Empty(t, again)
	clickhousetest.Exec(t, conn, `INSERT INTO raw.tables_test_payments (id, order_id, amount, _sign, _version, _op) VALUES (2, 'b', '9876543210.99', 1, 2, 'c'), (3, 'b', NULL, 1, 3, 'c')`)
	got := clickhousetest.Texts(t, conn, `SELECT concat(toString(id), ' ', ifNull(toString(amount), 'null'), ' ', toTypeName(amount)) FROM tables_test.tables_test_payments ORDER BY id`)
	require.Equal(t, []string{"1 123456.78 Nullable(Decimal(12, 2))", "2 9876543210.99 Nullable(Decimal(12, 2))", "3 null Nullable(Decimal(12, 2))"}, got)
	var difference *Difference
	require.ErrorAs(t, Migrate(t.Context(), conn, []*contract.Contract{parse(t, narrow)}), &difference, "not back again")
}

func TestDifferencesAreNamedAndChangeNothing(t *testing.T) {
	conn := fresh(t)
	require.NoError(t, Migrate(t.Context(), conn, []*contract.Contract{parse(t, payments)}))
	for change, want := range map[string]string{
		`numeric(12,2)|numeric(12,3)`:                               "column amount is Nullable(Decimal(12, 2)), not Nullable(Decimal(12, 3))",
		`{name: tags|{name: labels`:                                 "column tags Array(Nullable(String)) is not in the contract",
		`key: [order_id, id]|key: [id]`:                             "it is sorted by (order_id, id), not (id)",
		`  - {name: at|  - {name: n, type: integer}\n  - {name: at`: "column n Int32 is missing",
	} {
		old, changed, _ := strings.Cut(strings.ReplaceAll(change, `\n`, "\n"), "|")
		require.Contains(t, payments, old)
		other := parse(t, strings.Replace(payments, old, changed, 1))
		err := Migrate(t.Context(), conn, []*contract.Contract{other})
		var difference *Difference
		require.ErrorAs(t, err, &difference, change)
		require.ErrorContains(t, err, want)
	}
	again, err := Plan(t.Context(), conn, []*contract.Contract{parse(t, payments)})
	require.NoError(t, err)
	require.Empty(t, again)
}

// The state that people read follows raw: the newest image, nothing of what is deleted.
func TestCurrentFollowsRaw(t *testing.T) {
	conn := fresh(t)
	require.NoError(t, Migrate(t.Context(), conn, []*contract.Contract{parse(t, payments)}))
	insert := `INSERT INTO raw.tables_test_payments (id, order_id, amount, _sign, _version, _op) VALUES `
	read := `SELECT toString(tuple(id, amount)) FROM tables_test.tables_test_payments ORDER BY id`
	for _, step := range []struct {
		rows string
		want []string
	}{
		{`(1, 'a', 10, 1, 1, 'c'), (2, 'a', 20, 1, 2, 'c')`, []string{"(1,10)", "(2,20)"}},
		{`(1, 'a', 10, -1, 3, 'u'), (1, 'a', 11, 1, 3, 'u')`, []string{"(1,11)", "(2,20)"}},
		{`(2, 'a', 20, -1, 4, 'd')`, []string{"(1,11)"}},
		{`(2, 'a', 22, 1, 5, 'c'), (1, 'a', 11, -1, 6, 't')`, []string{"(2,22)"}},
	} {
		clickhousetest.Exec(t, conn, insert+step.rows)
		require.Equal(t, step.want, clickhousetest.Texts(t, conn, read), step.rows)
	}
}

func TestATableWithoutKeyHasOnlyItsLog(t *testing.T) {
	c := parse(t, strings.Replace(payments, "key: [order_id, id]", "key: []", 1))
	p := planner{contract: c, found: map[place]*existing{}}
	sql, err := p.plan()
	require.NoError(t, err)
	require.Len(t, sql, 1)
	require.Contains(t, sql[0], "CREATE TABLE `raw`.")
	require.Contains(t, sql[0], "ORDER BY (`_version`, `_sign`)")
}

// TestTheSameTablesOnACluster holds what the statements become to golden ones: no engine here has replicated tables.
func TestTheSameTablesOnACluster(t *testing.T) {
	c := parse(t, payments)
	var got []string
	for _, sql := range []string{
		"CREATE DATABASE IF NOT EXISTS " + clickhouse.Ident(Raw), createCurrent(c), createRaw(c), createFeed(c), createShown(c),
		addColumn(raw(c), c, col{"kind", "Nullable(String)"}), "ALTER TABLE " + feed(c) + " MODIFY QUERY " + feedSelect(c),
	} {
		forms, err := spread("tidemark", []string{sql})
		require.NoError(t, err)
		got = append(got, forms...)
	}
	text, path := strings.Join(got, ";\n\n")+";\n", "testdata/cluster.sql"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), text)
}
