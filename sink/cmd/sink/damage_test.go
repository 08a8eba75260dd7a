package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
)

// ruin has a table merged and empties the small files of what came of it, as ClickHouse was
// seen to leave them when its disk was full.
func (b *bench) ruin(database string) {
	b.t.Helper()
	require.NoError(b.t, b.ch.Exec(b.t.Context(), fmt.Sprintf("OPTIMIZE TABLE %s.`%s` FINAL", database, b.src.Table)))
	paths := clickhousetest.Texts(b.t, b.ch, fmt.Sprintf("SELECT path AS p FROM system.parts WHERE database = '%s' AND table = '%s' AND active AND level > 0", database, b.src.Table))
	require.NotEmpty(b.t, paths)
	if _, err := os.Stat(paths[0]); err != nil {
		b.t.Skip("the server's files are not on this machine")
	}
	for _, path := range paths {
		small, err := filepath.Glob(filepath.Join(path, "*.c*rk*"))
		require.NoError(b.t, err)
		for _, file := range append(small, filepath.Join(path, "columns.txt")) {
			if err := os.Truncate(file, 0); err != nil {
				b.t.Logf("merged on meanwhile: %v", err)
			}
		}
	}
	require.NoError(b.t, b.ch.Exec(b.t.Context(), "SYSTEM DROP MARK CACHE"))
}

// Parts that cannot be read are met by two sinks that look before images up in them and
// insert through a view into them. Neither stops, and every change is there once.
func TestPartsThatCannotBeReadStopNoSink(t *testing.T) {
	b := newBench(t, 7)
	b.src.Unchained = 0.3
	one, two := b.start(0), b.start(1)
	for range 4 {
		b.produce(t.Context(), 2_000)
		require.Eventually(t, func() bool { return b.topic.Applied(t.Context(), b.ch) == nil }, time.Minute, 100*time.Millisecond)
		b.ruin("raw")
		b.ruin("current")
		b.produce(t.Context(), 2_000)
	}
	b.settled(2 * time.Minute)
	b.stop(one)
	b.stop(two)
	require.NotEqual(t, "0", clickhousetest.Texts(t, b.ch, "SELECT toString(count()) AS p FROM system.detached_parts WHERE reason = 'broken-on-start' AND table = '"+b.src.Table+"'")[0],
		"nothing was broken at all")
}
