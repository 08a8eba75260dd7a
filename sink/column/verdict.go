package column

import "github.com/tidemark-cdc/tidemark/schemas/wire"

// verdict is what a parser says about a value before anyone pays for an error.
type verdict byte

const (
	fine verdict = iota
	notOne
	tooWide
)

func (v verdict) refuse(want string, tok wire.Token) error {
	if v == tooWide {
		return refuse(Range, want, tok)
	}
	return refuse(Mismatch, want, tok)
}
