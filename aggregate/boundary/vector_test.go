package boundary

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAVectorIsReadAsItWasWritten(t *testing.T) {
	for _, v := range []Vector{{}, {{"i1", 0}: 7}, {{"i2", 3}: 0, {"i1", 1}: 9, {"i1", 0}: 8}} {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		var back Vector
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, v, back)
	}
}

// What is above and what is below are all rows, each once: also of an incarnation that is not named, and of none.
func TestAboveAndBelowAreAllRows(t *testing.T) {
	require.Equal(t, "true", Vector{}.Above())
	require.Equal(t, "false", Vector{}.Below())
	v := Vector{{"it's", 1}: 9, {"it's", 0}: 8, {"b", 0}: 3}
	require.Equal(t, "multiIf(_incarnation = 'b', _offset >= transform(_partition, [0], [toUInt64(3)], toUInt64(0)), "+
		"_incarnation = 'it''s', _offset >= transform(_partition, [0, 1], [toUInt64(8), toUInt64(9)], toUInt64(0)), true)", v.Above())
	require.Equal(t, "NOT ("+v.Above()+")", v.Below())
}
