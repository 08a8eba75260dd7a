package clickhouse_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
)

// A part whose small files are empty is what a disk that filled up in the middle of a merge
// was seen to leave. Trying again for ever would hide it.
func TestAPartThatCannotBeReadIsNoCauseToTryAgain(t *testing.T) {
	conn := clickhousetest.Connect(t)
	clickhousetest.Exec(t, conn, "CREATE DATABASE IF NOT EXISTS damaged_test", "CREATE TABLE damaged_test.t (n UInt64) ENGINE = MergeTree ORDER BY n")
	t.Cleanup(func() { _ = conn.Exec(context.Background(), "DROP DATABASE IF EXISTS damaged_test SYNC") })
	clickhousetest.Exec(t, conn, "INSERT INTO damaged_test.t SELECT number FROM numbers(1000)")
	marks, err := filepath.Glob(filepath.Join(clickhousetest.Texts(t, conn, "SELECT path AS p FROM system.parts WHERE database = 'damaged_test' AND active")[0], "*mrk*"))
	require.NoError(t, err)
	if len(marks) == 0 {
		t.Skip("the server's files are not on this machine")
	}
	for _, m := range marks {
		require.NoError(t, os.Truncate(m, 0))
	}
	clickhousetest.Exec(t, conn, "SYSTEM DROP MARK CACHE")
	err = conn.Exec(t.Context(), "SELECT sum(n) FROM damaged_test.t FORMAT Null")
	require.ErrorIs(t, err, clickhouse.ErrDamaged)
	var failed *clickhouse.Error
	require.True(t, errors.As(err, &failed))
	require.False(t, failed.Retryable())
}
