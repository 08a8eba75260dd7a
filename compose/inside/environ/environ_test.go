package environ

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSecretsBecomeSettings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(file, []byte("sesame\n"), 0o600))
	got, err := Resolve([]string{"PATH=/bin:$HOME", "TIDEMARK_URL=postgres://u:${PW}@h/db", "PW_FILE=" + file})
	require.NoError(t, err)
	require.Equal(t, []string{"PATH=/bin:$HOME", "TIDEMARK_URL=postgres://u:sesame@h/db", "PW=sesame"}, got)
}

func TestWhatIsMissingIsNoEmptyPassword(t *testing.T) {
	_, err := Resolve([]string{"TIDEMARK_URL=postgres://u:${PW}@h/db"})
	require.ErrorContains(t, err, "TIDEMARK_URL names PW")
	_, err = Resolve([]string{"PW_FILE=/nowhere/password"})
	require.ErrorContains(t, err, "make secrets")
}
