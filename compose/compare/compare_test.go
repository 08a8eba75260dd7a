package compare

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/types"
)

func digest(rows ...[]string) *Digest {
	d := NewDigest()
	for _, r := range rows {
		d.Add(r[:1], r)
	}
	return d
}

// A comparison that cannot see a difference is worth nothing: each kind must show.
func TestEveryKindOfDifferenceShows(t *testing.T) {
	base := digest([]string{"1", "a"}, []string{"2", "b"})
	require.Empty(t, Diff(base, digest([]string{"2", "b"}, []string{"1", "a"})), "the order of rows says nothing")
	for name, other := range map[string]*Digest{
		"missing row":   digest([]string{"1", "a"}),
		"extra row":     digest([]string{"1", "a"}, []string{"2", "b"}, []string{"3", "c"}),
		"changed value": digest([]string{"1", "a"}, []string{"2", "c"}),
		"null for text": digest([]string{"1", "a"}, []string{"2", null}),
		"row twice":     digest([]string{"1", "a"}, []string{"2", "b"}, []string{"2", "b"}),
	} {
		require.NotEmpty(t, Diff(base, other), name)
		require.NotEmpty(t, Diff(other, base), name)
		require.NotEqual(t, base.Sum(), other.Sum(), name)
	}
	require.NotEqual(t, digest([]string{"k", "ab", "c"}).Sum(), digest([]string{"k", "a", "bc"}).Sum())
}

func TestCanonicalTexts(t *testing.T) {
	for _, c := range []struct{ clickhouse, a, b string }{
		{"Decimal(12, 2)", "12.50", "12.5"},
		{"Nullable(Decimal(12, 2))", "-0.00", "0"},
		{"Decimal(12, 2)", "100", "100.00"},
		{"Float64", "1e3", "1000"},
		{"Float64", "NaN", "nan"},
		{"DateTime64(6, 'UTC')", "2024-01-01 00:00:00.100000", "2024-01-01 00:00:00.1"},
		{"DateTime64(6, 'UTC')", "2024-01-01 00:00:00.000000", "2024-01-01 00:00:00"},
		{"Array(Decimal(12, 2))", `["1.50", "2"]`, `["1.5","2.00"]`},
	} {
		require.Equal(t, canonical(c.clickhouse, c.a), canonical(c.clickhouse, c.b), c.clickhouse)
	}
	require.NotEqual(t, canonical("String", "1.50"), canonical("String", "1.5"), "text is kept as it is")
	require.NotEqual(t, canonical("Array(Nullable(String))", `[null]`), canonical("Array(Nullable(String))", `["null"]`))
}

func TestDocumentPaths(t *testing.T) {
	price, err := bson.ParseDecimal128("2.50")
	require.NoError(t, err)
	doc, err := bson.Marshal(bson.D{
		{Key: "ship", Value: bson.D{{Key: "city", Value: "Recife"}}},
		{Key: "items", Value: bson.A{bson.D{{Key: "price", Value: price}}, bson.D{}}},
		{Key: "at", Value: bson.DateTime(1_500)},
	})
	require.NoError(t, err)
	read := func(path, typ, clickhouse string) string {
		ty, err := types.Parse(types.MongoDB, typ)
		require.NoError(t, err)
		return documentText(doc, contract.Column{Path: path, Type: ty, ClickHouse: clickhouse})
	}
	require.Equal(t, "Recife", read("ship.city", "string", "String"))
	require.Equal(t, null, read("ship.zip", "string", "Nullable(String)"))
	require.Equal(t, canonicalArray("Array(Nullable(Decimal(18, 2)))", `["2.5", null]`), read("items[].price", "decimal128", "Array(Nullable(Decimal(18, 2)))"))
	require.Equal(t, "[]", read("nothing[].price", "decimal128", "Array(Decimal(18, 2))"))
	require.Equal(t, "1970-01-01 00:00:01.5", read("at", "date", "DateTime64(3, 'UTC')"))
}
