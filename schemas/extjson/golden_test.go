package extjson

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type golden struct {
	name string
	doc  []byte
	json string
}

// goldens are BSON bytes made by MongoDB's own driver and the JSON that we promise for them.
func goldens(t testing.TB) []golden {
	t.Helper()
	file, err := os.ReadFile("testdata/golden.tsv")
	require.NoError(t, err)
	var all []golden
	for line := range strings.Lines(string(file)) {
		part := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 3)
		doc, err := hex.DecodeString(part[1])
		require.NoError(t, err)
		all = append(all, golden{part[0], doc, part[2]})
	}
	require.Len(t, all, 26)
	return all
}

func TestEveryTypeHasItsForm(t *testing.T) {
	for _, g := range goldens(t) {
		t.Run(g.name, func(t *testing.T) {
			got, err := Append([]byte("kept"), g.doc)
			require.NoError(t, err)
			require.Equal(t, "kept"+g.json, string(got))
			require.True(t, json.Valid(got[4:]))
		})
	}
}

func TestQuotedIsThePlainFormAsAString(t *testing.T) {
	for _, g := range goldens(t) {
		t.Run(g.name, func(t *testing.T) {
			got, err := AppendQuoted(nil, g.doc)
			require.NoError(t, err)
			var inner string
			require.NoError(t, json.Unmarshal(got, &inner))
			require.Equal(t, g.json, inner)
		})
	}
}
