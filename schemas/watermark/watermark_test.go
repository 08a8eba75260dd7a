package watermark

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/position"
)

func example() *Watermark {
	return &Watermark{
		Source: "pg", Position: position.Position{Commit: 23_803_720, Ordinal: 3}, CommitTime: 1_700_000_000_123_456,
		Complete: true, Fingerprint: "9f", Resume: json.RawMessage(`{"slot":"tidemark_pg"}`),
		Offsets: []TopicOffsets{{Topic: "pg.public.orders", Incarnation: "a1", Next: []int64{4, 0}}},
	}
}

func TestGolden(t *testing.T) {
	want, err := os.ReadFile("testdata/watermark.json")
	require.NoError(t, err)
	got, err := example().Encode()
	require.NoError(t, err)
	require.Equal(t, string(want), string(got)+"\n")
	back, err := Parse(want)
	require.NoError(t, err)
	require.Equal(t, example(), back)
}

func TestOffset(t *testing.T) {
	w := example()
	n, ok := w.Offset("pg.public.orders", 0)
	require.True(t, ok)
	require.EqualValues(t, 4, n)
	_, ok = w.Offset("pg.public.orders", 2)
	require.False(t, ok)
	_, ok = w.Offset("other", 0)
	require.False(t, ok)
}

func FuzzParse(f *testing.F) {
	b, _ := example().Encode()
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := Parse(b)
		if err != nil {
			return
		}
		again, err := w.Encode()
		require.NoError(t, err)
		_, err = Parse(again)
		require.NoError(t, err)
	})
}
