package money

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
)

func TestAmountsKeepTheirCents(t *testing.T) {
	for text, want := range map[string]Cents{"58.9": 5890, "0": 0, "99.99": 9999, "-3.05": -305, "128": 12800, "1093264.35": 109326435} {
		got, err := Parse(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
		again, err := Parse(got.String())
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
	for _, text := range []string{"", ".5", "1.234", "1e3", "abc", "--1", "1.2.3", "+1"} {
		_, err := Parse(text)
		require.Error(t, err, text)
	}
}

func TestDecimalIsWhatTheDriverParses(t *testing.T) {
	for _, c := range []Cents{0, 1, -1, 5890, -305, 1 << 50} {
		want, err := bson.ParseDecimal128(c.String())
		require.NoError(t, err)
		require.Equal(t, want, c.Decimal())
	}
}

func TestDocumentsHoldDecimal128(t *testing.T) {
	type doc struct{ Price Cents }
	raw, err := bson.Marshal(doc{Price: 5890})
	require.NoError(t, err)
	require.Equal(t, bson.TypeDecimal128, bson.Raw(raw).Lookup("price").Type)
	var back doc
	require.NoError(t, bson.Unmarshal(raw, &back))
	require.Equal(t, Cents(5890), back.Price)
}

func FuzzParse(f *testing.F) {
	f.Add("12.50")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Parse(s)
		if err != nil {
			return
		}
		again, err := Parse(c.String())
		if err != nil || again != c {
			t.Fatalf("%q -> %d -> %q -> %d, %v", s, c, c.String(), again, err)
		}
	})
}
