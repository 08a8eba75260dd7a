package resume

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRoundTrip(t *testing.T) {
	s := &State{Token: []byte{1, 2, 255}, Set: "rs0", Proven: []byte{3}, Witness: Witness{After: []byte{4}, At: 5 << 32, Wall: -6}, Collections: map[string]*Collection{
		"shop.orders": {Snapshot: "a1", Last: []byte{5, 0, 0, 0, 0}, Rows: 3},
		"shop.users":  {Done: true, Fuzzy: 1<<63 + 7},
	}}
	text := s.Encode(s.Token)
	require.True(t, json.Valid(text))
	got, err := Parse(text)
	require.NoError(t, err)
	require.Equal(t, s.Token, got.Token)
	require.Equal(t, s.Set, got.Set)
	require.Equal(t, s.Proven, got.Proven)
	require.Equal(t, s.Witness, got.Witness)
	require.Equal(t, s.Collections, got.Collections)
	require.True(t, got.Open())

	s.Collections["shop.orders"].Done = true
	require.Equal(t, text, s.Encode(s.Token), "kept until touched")
	s.Touch()
	got, err = Parse(s.Encode([]byte{9}))
	require.NoError(t, err)
	require.False(t, got.Open())
	require.EqualValues(t, []byte{9}, got.Token)
}

func TestParseRefusesWhatIsNotState(t *testing.T) {
	for _, text := range []string{`{"token":7}`, `[]`, `{"token":"*"}`} {
		_, err := Parse([]byte(text))
		require.Error(t, err, text)
	}
	s, err := Parse([]byte(`{"collections":{"a.b":null}}`))
	require.NoError(t, err)
	require.Empty(t, s.Collections)
	s, err = Parse(nil)
	require.NoError(t, err)
	require.NotNil(t, s.Collections)
}

func TestFingerprintIsOfTheSet(t *testing.T) {
	require.Equal(t, Fingerprint([]string{"a.b", "a.c"}), Fingerprint([]string{"a.c", "a.b"}))
	require.NotEqual(t, Fingerprint([]string{"a.b", "a.c"}), Fingerprint([]string{"a.b"}))
	require.NotEqual(t, Fingerprint([]string{"a.b", "c"}), Fingerprint([]string{"a.bc"}))
}
