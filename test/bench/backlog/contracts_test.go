package backlog

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

func TestContractsAreGoodForAnySource(t *testing.T) {
	for _, source := range []string{"pg", "live"} {
		dir := filepath.Join(t.TempDir(), "contracts")
		require.NoError(t, WriteContracts(dir, source))
		all, err := contract.Load(os.DirFS(dir))
		require.NoError(t, err)
		topics := map[string]bool{}
		for _, c := range all {
			topics[c.Topic()] = true
		}
		for _, table := range Tables {
			require.True(t, topics[source+".public."+table], "%s in %v", table, topics)
		}
	}
}
