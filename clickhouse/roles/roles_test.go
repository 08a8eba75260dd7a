package roles

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhoReconcilesMayOnlyRead(t *testing.T) {
	grants := Grants("tidemark_reconcile")
	require.NotEmpty(t, grants)
	for _, g := range grants {
		require.Regexp(t, `^GRANT (SELECT|SHOW [A-Z]+|CREATE TEMPORARY TABLE) ON `, g)
	}
}

func TestARoleThatIsNotThereHasNoRights(t *testing.T) {
	require.Empty(t, Grants("nobody"))
}
