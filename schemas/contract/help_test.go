package contract

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// cutPair splits "old|new".
func cutPair(s string) (old, changed string, ok bool) { return strings.Cut(s, "|") }

// replaceOnce fails the test when old is not in text, lest the test change nothing.
func replaceOnce(t *testing.T, text, old, changed string) string {
	t.Helper()
	require.Contains(t, text, old)
	return strings.Replace(text, old, changed, 1)
}
