package apply_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/aggregate/client"
	"github.com/tidemark-cdc/tidemark/clickhouse"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// bench is a ClickHouse with the shop's tables, empty.
type bench struct {
	*client.Client
	t         *testing.T
	contracts map[string]*contract.Contract
}

// newBench empties the databases of the server at TIDEMARK_TEST_CLICKHOUSE_HTTP_URL, which is never the one that
// programs use: a test must not be able to wipe a stack that somebody works with.
func newBench(t *testing.T) *bench {
	url := os.Getenv("TIDEMARK_TEST_CLICKHOUSE_HTTP_URL")
	if url == "" {
		t.Skip("needs a ClickHouse that may be wiped: TIDEMARK_TEST_CLICKHOUSE_HTTP_URL, _USER, _PASSWORD")
	}
	b := &bench{t: t, contracts: map[string]*contract.Contract{}, Client: &client.Client{URL: url,
		User: os.Getenv("TIDEMARK_TEST_CLICKHOUSE_USER"), Password: os.Getenv("TIDEMARK_TEST_CLICKHOUSE_PASSWORD")}}
	for _, db := range []string{"sales", "sales_state", "raw", "current", "ops"} {
		b.run("DROP DATABASE IF EXISTS " + db + " SYNC")
	}
	require.NoError(t, clickhouse.Apply(context.Background(), b.Exec))
	all, err := contract.Load(os.DirFS("../../schemas/shop"))
	require.NoError(t, err)
	for _, c := range all {
		b.contracts[c.Target.Table] = c
		b.tables(c)
	}
	return b
}

// tables makes raw, current and what feeds it, as the sink does.
func (b *bench) tables(c *contract.Contract) {
	var columns, keys []string
	for _, col := range c.Columns {
		columns = append(columns, col.Name+" "+col.ClickHouse)
	}
	for _, k := range c.KeyColumns() {
		keys = append(keys, k.Name)
	}
	name, key := c.Target.Table, strings.Join(keys, ", ")
	b.run(fmt.Sprintf(`CREATE TABLE raw.%s (%s, _sign Int8, _version UInt128, _op Enum8('c'=1,'u'=2,'d'=3,'r'=4,'t'=5),
		_incarnation LowCardinality(String), _partition UInt16, _offset UInt64)
		ENGINE = MergeTree ORDER BY (%s, _version, _sign) SETTINGS non_replicated_deduplication_window = 10000`, name, strings.Join(columns, ", "), key))
	b.run(fmt.Sprintf(`CREATE TABLE current.%s (%s, _version UInt128, _deleted UInt8)
		ENGINE = ReplacingMergeTree(_version, _deleted) ORDER BY (%s) SETTINGS non_replicated_deduplication_window = 10000`, name, strings.Join(columns, ", "), key))
	b.run(fmt.Sprintf(`CREATE MATERIALIZED VIEW current.%[1]s_mv TO current.%[1]s AS SELECT * EXCEPT (_sign, _op, _incarnation, _partition, _offset), toUInt8(_sign = -1) AS _deleted
		FROM raw.%[1]s WHERE _sign = 1 OR _op = 'd'`, name))
}

func (b *bench) run(sql string) {
	b.t.Helper()
	require.NoError(b.t, b.Exec(context.Background(), sql))
}

func (b *bench) value(sql string) string {
	b.t.Helper()
	v, err := b.Value(context.Background(), sql)
	require.NoError(b.t, err)
	return v
}

// insert sends rows as one batch and writes down that they are in, as the sink does.
func (b *bench) insert(table, token string, rows []string) {
	b.t.Helper()
	b.send(table, token, rows)
	b.applied(table, "true")
}

// send sends rows as the sink does: one block under one token.
func (b *bench) send(table, token string, rows []string) {
	b.t.Helper()
	c := *b.Client
	c.Settings = map[string]string{"async_insert": "0", "insert_deduplicate": "1", "insert_deduplication_token": token,
		"deduplicate_blocks_in_dependent_materialized_views": "1", "max_insert_threads": "1", "date_time_input_format": "best_effort"}
	require.NoError(b.t, c.Exec(context.Background(), "INSERT INTO raw."+table+" FORMAT JSONEachRow\n"+strings.Join(rows, "\n")))
}

// applied writes down that the rows of raw that a condition names are in.
func (b *bench) applied(table, condition string) {
	b.t.Helper()
	b.run(fmt.Sprintf(`INSERT INTO ops.applied (topic, partition, incarnation, next_offset, table)
		SELECT 'pg.public.%[1]s', _partition, _incarnation, max(_offset) + 1, 'raw.%[1]s' FROM raw.%[1]s WHERE %[2]s GROUP BY _partition, _incarnation`, table, condition))
}
