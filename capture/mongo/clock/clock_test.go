package clock

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
)

func token(t testing.TB, data any) bson.Raw {
	raw, err := bson.Marshal(bson.D{{Key: "_data", Value: data}})
	require.NoError(t, err)
	return raw
}

// A resume token as mongod makes them: type byte, seconds 5FFF0E35, increment 1, and what follows is not read.
const fromManual = "825FFF0E35000000012B022C0100296E5A1004"

func TestOfToken(t *testing.T) {
	want := Time(0x5FFF0E35)<<32 | 1
	got, ok := OfToken(token(t, fromManual), 0, want)
	require.True(t, ok)
	require.Equal(t, want, got)

	_, ok = OfToken(token(t, fromManual), want+1, want+2)
	require.False(t, ok, "older than what was seen already")
	_, ok = OfToken(token(t, fromManual), 0, want-1)
	require.False(t, ok, "newer than the server's clock")
	for _, data := range []any{"3b000000107300840300001174", "82", "82zz", "", 7, nil} {
		_, ok = OfToken(token(t, data), 0, ^Time(0))
		require.False(t, ok, data)
	}
}

func TestOrderAndText(t *testing.T) {
	a, b := Of(bson.Timestamp{T: 1, I: 9}), Of(bson.Timestamp{T: 2, I: 1})
	require.Less(t, a, b)
	require.Equal(t, bson.Timestamp{T: 2, I: 1}, b.BSON())
	require.Equal(t, "1970-01-01T00:00:01Z+9", a.String())
	require.EqualValues(t, 2_000_000, b.Micros())
}
