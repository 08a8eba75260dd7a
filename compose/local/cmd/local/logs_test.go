package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheFollowerPrintsWholeLinesOnce(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sink.log")
	write := func(text string) {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		require.NoError(t, err)
		_, err = f.WriteString(text)
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
	f := follower{pattern: filepath.Join(dir, "*.log"), tail: 10, read: map[string]int64{}}
	look := func() string {
		var out bytes.Buffer
		f.look(&out)
		return out.String()
	}
	line := func(text string) string { return "sink               " + text + "\n" }

	write("a long first line\nlast\npar")
	require.Equal(t, line("last"), look(), "the tail begins with a whole line and ends with one")
	require.Empty(t, look())
	write("tial\n")
	require.Equal(t, line("partial"), look())
	require.NoError(t, os.Truncate(path, 0))
	write("new\n")
	require.Equal(t, line("new"), look(), "a file that was cut is read from its beginning")
}
