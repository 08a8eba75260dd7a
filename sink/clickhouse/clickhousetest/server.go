// Package clickhousetest gives tests a connection to the real engine.
package clickhousetest

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Config is the server that the environment names; without one the test is skipped.
func Config(t testing.TB) clickhouse.Config {
	t.Helper()
	addr := os.Getenv("TIDEMARK_CLICKHOUSE_ADDR")
	if addr == "" {
		t.Skip("TIDEMARK_CLICKHOUSE_ADDR is not set")
	}
	return clickhouse.Config{Addr: addr, User: os.Getenv("TIDEMARK_CLICKHOUSE_USER"), Password: os.Getenv("TIDEMARK_CLICKHOUSE_PASSWORD")}
}

// Connect opens a connection that ends with the test.
func Connect(t testing.TB) *clickhouse.Conn {
	t.Helper()
	conn := clickhouse.New(Config(t))
	require.NoError(t, conn.Open(t.Context()))
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// Exec runs statements that must not fail.
func Exec(t testing.TB, conn *clickhouse.Conn, statements ...string) {
	t.Helper()
	for _, sql := range statements {
		require.NoError(t, conn.Exec(t.Context(), sql), sql)
	}
}
