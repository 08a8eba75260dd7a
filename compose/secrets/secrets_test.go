package secrets

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/clickhouse/roles"
)

func TestSecretsAreMadeOnceAndDiffer(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "s")
	made, err := Write(dir)
	require.NoError(t, err)
	require.Len(t, made, len(generated)+2+len(derived))
	seen := map[string]bool{}
	for _, name := range made {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.False(t, seen[string(text)], name)
		seen[string(text)] = true
	}
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm(), "nobody else may look into the folder")
	again, err := Write(dir)
	require.NoError(t, err)
	require.Empty(t, again, "a server that has its data knows the first ones")
}

func TestHashesFollowAPasswordThatWasChanged(t *testing.T) {
	dir := t.TempDir()
	_, err := Write(dir)
	require.NoError(t, err)
	path := filepath.Join(dir, "clickhouse_bi_password")
	require.NoError(t, os.Remove(path))
	require.NoError(t, os.WriteFile(path, []byte("another"), 0o444))
	made, err := Write(dir)
	require.NoError(t, err)
	require.Equal(t, []string{"clickhouse_users.xml"}, made)
	hashes, err := os.ReadFile(filepath.Join(dir, "clickhouse_users.xml"))
	require.NoError(t, err)
	require.Contains(t, string(hashes), roles.Element("tidemark_reconcile")+"</reconcile>", "who compares has its rights here and not in the server")
	require.Contains(t, string(hashes), fmt.Sprintf("<bi><password_sha256_hex>%x</password_sha256_hex></bi>", sha256.Sum256([]byte("another"))))
}
