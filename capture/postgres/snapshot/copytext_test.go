package snapshot

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
)

func TestLine(t *testing.T) {
	var l line
	for text, want := range map[string][]any{
		"1\tone\n":                           {"1", "one"},
		"\t\\N\n":                            {"", nil},
		"a\\tb\\nc\\rd\\\\e\\bf\\fg\\v\tx\n": {"a\tb\nc\rd\\e\bf\fg\v", "x"},
		"\\\\N\t\\\\x00ff\n":                 {`\N`, `\x00ff`},
		"ü\\\\\t\\.\n":                       {`ü\`, "."},
	} {
		require.NoError(t, l.parse([]byte(text), 2), text)
		require.Len(t, l.row, 2)
		for i, w := range want {
			if w == nil {
				require.Equal(t, pgoutput.Null, l.row[i].State)
				continue
			}
			require.Equal(t, pgoutput.Text, l.row[i].State)
			require.Equal(t, w, string(l.row[i].Data), text)
		}
	}
	require.Error(t, l.parse([]byte("1\t2"), 2), "no end of row")
	require.Error(t, l.parse([]byte("1\n"), 2))
	require.Error(t, l.parse([]byte("1\t2\t3\n"), 2))
	require.NoError(t, l.parse([]byte("\n"), 1))
	require.NoError(t, l.parse([]byte("\n"), 0))
}

// Escapes in many columns must not overwrite each other's views.
func TestLineKeepsItsViews(t *testing.T) {
	var l line
	text := strings.Repeat("a\\tb\t", 50) + "a\\tb\n"
	for range 2 {
		require.NoError(t, l.parse([]byte(text), 51))
		for _, v := range l.row {
			require.Equal(t, "a\tb", string(v.Data))
		}
	}
}

// escape writes a value as COPY does.
var escape = strings.NewReplacer(`\`, `\\`, "\b", `\b`, "\f", `\f`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\v", `\v`)

func FuzzLine(f *testing.F) {
	f.Add("one", "t\two\\")
	f.Fuzz(func(t *testing.T, a, b string) {
		var l line
		require.NoError(t, l.parse([]byte(escape.Replace(a)+"\t"+escape.Replace(b)+"\n"), 2))
		require.Equal(t, a, string(l.row[0].Data))
		require.Equal(t, b, string(l.row[1].Data))
	})
}

func FuzzLineGarbage(f *testing.F) {
	f.Add([]byte("a\\\tb\\"), 2)
	f.Fuzz(func(t *testing.T, b []byte, columns int) {
		var l line
		if l.parse(b, columns) == nil && len(l.row) != columns {
			t.Fatalf("%d values for %d columns", len(l.row), columns)
		}
	})
}

func BenchmarkLine(b *testing.B) {
	var l line
	text := []byte("123456\tORD-000000007919\t104729\t123.45\tUSD\tcard\tcaptured\t2026-11-23 15:45:01.123456+00\t\\N\n")
	b.ReportAllocs()
	for b.Loop() {
		if err := l.parse(text, 9); err != nil {
			b.Fatal(err)
		}
	}
}
