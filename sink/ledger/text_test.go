package ledger

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/position"
)

func sealed() Entry {
	return Entry{Kind: Sealed, Next: 100,
		State: State{HighWater: position.Position{Commit: 7, Ordinal: 1}, Incarnation: "a 1",
			Window: Window{Snapshot: "s@1", Begin: position.Position{Epoch: 1, Commit: 5}, Initial: true, Chained: true}},
		Range: Range{First: 100, Last: 199, Slices: 1, Rows: 2, Dead: 1, Checksum: 255, Schema: 9, At: time.UnixMilli(1_700_000_000_000).UTC()}}
}

func sliced() Entry {
	return Entry{Kind: Sealed, Next: 7, State: State{HighWater: position.Position{Commit: 7}, Incarnation: "a"},
		Range: Range{First: 7, Last: 7, Rows: 2, Checksum: 1, Schema: 2, Slice: 1, Slices: 3, Prior: 40, At: time.UnixMilli(5).UTC()}}
}

func TestTokenNamesOneBlock(t *testing.T) {
	require.Equal(t, "a/pg.public.t/3/100-199", sealed().Range.Token("a", "pg.public.t", 3))
	require.Equal(t, "a/t/0/7-7/1of3", sliced().Range.Token("a", "t", 0))
}

func TestTextGolden(t *testing.T) {
	for _, c := range []struct {
		entry Entry
		text  string
	}{
		{sealed(), "tidemark/1 sealed 100-199 hw=0/7/1 inc=a+1 win=s%401@1/5/0+initial+chained rows=2 dead=1 sum=00000000000000ff schema=00000009 at=1700000000000"},
		{sliced(), "tidemark/1 sealed 7-7 hw=0/7/0 inc=a slice=1/3/40 rows=2 dead=0 sum=0000000000000001 schema=00000002 at=5"},
		{Entry{Kind: Done, Next: 9, State: State{HighWater: position.Position{Commit: 9}, Incarnation: "b",
			Floor: position.Position{Commit: 4, Ordinal: 1}, Gap: position.Position{Epoch: 1, Commit: 3}, Opened: 2, Known: 8}},
			"tidemark/1 done 9 hw=0/9/0 inc=b floor=0/4/1 gap=1/3/0 opened=2 known=8"},
		{Entry{Kind: Done, Next: 200, State: State{HighWater: position.Position{Commit: 9}}}, "tidemark/1 done 200 hw=0/9/0 inc="},
	} {
		require.Equal(t, c.text, c.entry.Text())
		got, err := Parse(c.text)
		require.NoError(t, err)
		require.Equal(t, c.entry, got)
	}
}

func TestParseRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, text := range []string{
		"", "tidemark/2 done 1 hw=0/0/0 inc=", "tidemark/1 done x hw=0/0/0 inc=", "tidemark/1 open 1 hw=0/0/0 inc=",
		"tidemark/1 done 1 inc=", "tidemark/1 done 1 hw=0/0/0 inc= more=1", "tidemark/1 done 1 hw=0/0 inc=",
		"tidemark/1 sealed 9-8 hw=0/0/0 inc= rows=1 dead=0 sum=0 schema=0 at=0",
		"tidemark/1 sealed 8-9 hw=0/0/0 inc= rows=1 dead=0 sum=0 schema=0",
		"tidemark/1 done 1 hw=0/0/0 inc= win=@0/0/0", "tidemark/1 done 1 hw=0/0/0 inc= win=s@0/0/0+odd",
	} {
		_, err := Parse(text)
		require.ErrorIs(t, err, ErrMetadata, text)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sealed().Text())
	f.Add(sliced().Text())
	f.Add("tidemark/1 done 200 hw=0/9/0 inc=")
	f.Add("tidemark/1 done 9 hw=0/9/0 inc=b floor=0/4/1 gap=1/3/0 opened=2 known=8")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			require.ErrorIs(t, err, ErrMetadata)
			return
		}
		again, err := Parse(e.Text())
		require.NoError(t, err)
		require.Equal(t, e, again)
	})
}
