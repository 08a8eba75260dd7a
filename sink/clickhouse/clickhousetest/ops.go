package clickhousetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	tidemark "github.com/tidemark-cdc/tidemark/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Ops makes the databases and tables that are the same for every deployment, so that a
// package's tests need no other package's to have run before.
func Ops(t testing.TB, conn *clickhouse.Conn) {
	t.Helper()
	require.NoError(t, tidemark.Apply(t.Context(), conn.Exec))
}
