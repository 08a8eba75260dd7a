package supervise

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestALongLogIsCutUnderItsWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.log")
	w, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	require.NoError(t, err)
	defer w.Close()
	write := func(s string) { _, err := w.WriteString(s); require.NoError(t, err) }
	read := func(p string) string { text, err := os.ReadFile(p); require.NoError(t, err); return string(text) }

	write("0123456789")
	require.NoError(t, trim(path, 10, 4))
	require.Equal(t, "0123456789", read(path), "not long yet")
	write("x")
	require.NoError(t, trim(path, 10, 4))
	write("next")
	require.Equal(t, "next", read(path))
	require.Equal(t, "789x", read(path+".1"))
}
