package marks

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestIn(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	write("a.go", "x() // rule: one-two: because\n// It does. rule: three.\n// as it should (rule:\n// four-five). More\n")
	write("b.go", "// rule: one-two, six-seven, it says\n// a ruler: no\n")
	write("b_test.go", "// rule: untrue\n")
	write("c.txt", "rule: untrue\n")
	found, err := In(dir)
	require.NoError(t, err)
	a, b := filepath.Join(dir, "a.go"), filepath.Join(dir, "b.go")
	require.Equal(t, map[string][]string{"one-two": {a, b}, "three": {a}, "four-five": {a}, "six-seven": {b}}, found)
}
