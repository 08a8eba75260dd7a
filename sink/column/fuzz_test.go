package column

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// Whatever comes, a column takes the whole value or stays as it was, and its block can
// always be encoded.
func FuzzAppend(f *testing.F) {
	for i := range samples {
		for _, g := range samples[i].good {
			f.Add(i, g[0])
		}
		for _, b := range samples[i].bad {
			f.Add(i, b.json)
		}
	}
	f.Fuzz(func(t *testing.T, which int, json string) {
		if which < 0 || which >= len(samples) {
			return
		}
		tok, err := wire.Parse([]byte(json))
		if err != nil {
			return
		}
		c := samples[which].make(t)
		rows := 0
		for range 2 {
			if err := c.Append(tok); err == nil {
				rows++
			} else {
				c.Truncate(rows)
			}
			require.Equal(t, rows, c.Rows())
		}
		if rows == 2 {
			require.Equal(t, c.AppendValue(nil, 0), c.AppendValue(nil, 1), "the same value twice")
		}
		c.AppendDefault()
		encode(t, c)
	})
}
