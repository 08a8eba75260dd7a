package ceiling

import (
	"context"
	"os"
	"testing"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/ch-go/proto"
	"github.com/stretchr/testify/require"
)

// TestBlocksHoldWhatWasRead needs a ClickHouse; `local env` prints where one is.
func TestBlocksHoldWhatWasRead(t *testing.T) {
	addr := os.Getenv("TIDEMARK_CLICKHOUSE_ADDR")
	if addr == "" {
		t.Skip("TIDEMARK_CLICKHOUSE_ADDR is not set")
	}
	ctx := context.Background()
	conn, err := ch.Dial(ctx, ch.Options{Address: addr, User: os.Getenv("TIDEMARK_CLICKHOUSE_USER"), Password: os.Getenv("TIDEMARK_CLICKHOUSE_PASSWORD")})
	require.NoError(t, err)
	defer conn.Close()
	const columns = `id Int64, u UUID, l LowCardinality(String), d Decimal(12, 2), n Nullable(Decimal(38, 2)),
		t DateTime64(6, 'UTC'), o Enum8('c' = 1, 'u' = 2), v UInt128, s String, a Array(String), f Float64, b Bool`
	for _, sql := range []string{
		"DROP DATABASE IF EXISTS bench_block SYNC", "CREATE DATABASE bench_block",
		"CREATE TABLE bench_block.a (" + columns + ") ENGINE = MergeTree ORDER BY id",
		"CREATE TABLE bench_block.b (" + columns + ") ENGINE = MergeTree ORDER BY id",
		`INSERT INTO bench_block.a SELECT number, generateUUIDv4(), toString(number % 7), number / 100, if(number % 2 = 0, NULL, number),
			toDateTime64(number, 6, 'UTC'), if(number % 2 = 0, 'c', 'u'), number, repeat('y', number % 50), [toString(number)], number / 3, number % 2 = 1 FROM numbers(150000)`,
	} {
		require.NoError(t, conn.Do(ctx, ch.Query{Body: sql}), sql)
	}
	var blocks []Block
	for _, where := range []string{"id < 100000", "id >= 100000"} {
		b, err := Load(ctx, conn, "SELECT * FROM bench_block.a WHERE "+where+" ORDER BY id")
		require.NoError(t, err)
		blocks = append(blocks, b)
	}
	require.Equal(t, []int{100_000, 50_000}, []int{blocks[0].Rows, blocks[1].Rows})
	_, err = Insert(ctx, []*ch.Client{conn}, "bench_block", "b", blocks)
	require.NoError(t, err)
	for sql, want := range map[string]uint64{
		"SELECT count() AS n FROM (SELECT * FROM bench_block.a EXCEPT SELECT * FROM bench_block.b)": 0,
		"SELECT count() AS n FROM bench_block.b":                                                    150_000,
	} {
		var n proto.ColUInt64
		require.NoError(t, conn.Do(ctx, ch.Query{Body: sql, Result: proto.Results{{Name: "n", Data: &n}}}))
		require.Equal(t, want, n[0], sql)
	}
	require.NoError(t, conn.Do(ctx, ch.Query{Body: "DROP DATABASE bench_block SYNC"}))
}
