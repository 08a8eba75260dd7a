package types

import (
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write TYPES.md")

func TestMarkdownIsPrintedFromTheTable(t *testing.T) {
	const path = "../TYPES.md"
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(Markdown()), 0o644))
	}
	have, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, Markdown(), string(have), "run go test ./types -update")
}

func TestParseAndDefaults(t *testing.T) {
	for _, c := range []struct {
		family               Family
		in, name, ch, chNull string
	}{
		{PostgreSQL, "numeric(12,2)", "numeric(12,2)", "Decimal(12, 2)", "Nullable(Decimal(12, 2))"},
		{PostgreSQL, "numeric", "numeric", "String", "Nullable(String)"},
		{PostgreSQL, "numeric(100,2)", "numeric(100,2)", "String", "Nullable(String)"},
		{PostgreSQL, "varchar(20)", "text", "String", "Nullable(String)"},
		{PostgreSQL, "timestamp(3) with time zone", "timestamp with time zone", "DateTime64(6, 'UTC')", "Nullable(DateTime64(6, 'UTC'))"},
		{PostgreSQL, "INT4", "integer", "Int32", "Nullable(Int32)"},
		{PostgreSQL, "text[]", "text[]", "Array(Nullable(String))", "Array(Nullable(String))"},
		{PostgreSQL, "enum", "enum", "LowCardinality(String)", "LowCardinality(Nullable(String))"},
		{MongoDB, "decimal128", "decimal128", "String", "Nullable(String)"},
		{MongoDB, "string[]", "string[]", "Array(String)", "Array(String)"},
		{MongoDB, "object", "json", "String", "Nullable(String)"},
	} {
		got, err := Parse(c.family, c.in)
		require.NoError(t, err, c.in)
		require.Equal(t, c.name, got.String(), c.in)
		require.Equal(t, c.ch, got.ClickHouse(false), c.in)
		require.Equal(t, c.chNull, got.ClickHouse(true), c.in)
		again, err := Parse(c.family, got.String())
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
}

func TestUnknownTypesAreRefused(t *testing.T) {
	for _, s := range []string{"", "nosuch", "numeric(", "numeric(a,b)", "nosuch[]"} {
		_, err := Parse(PostgreSQL, s)
		require.Error(t, err, s)
	}
}

func TestNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Table() {
		for _, n := range append([]string{r.Name}, r.Aliases...) {
			key := r.Family.String() + " " + n
			require.False(t, seen[key], key)
			seen[key] = true
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("numeric(12,2)")
	f.Add("timestamp(3) with time zone[]")
	f.Fuzz(func(t *testing.T, s string) {
		for _, family := range []Family{PostgreSQL, MongoDB} {
			got, err := Parse(family, s)
			if err != nil {
				continue
			}
			again, err := Parse(family, got.String())
			require.NoError(t, err)
			require.Equal(t, got, again)
			require.NotEmpty(t, got.ClickHouse(true))
		}
	})
}
