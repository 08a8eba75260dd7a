package rows

import (
	"context"

	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// Lookup answers what raw holds.
type Lookup interface {
	// Newest puts into `into` the newest row of each key of q that raw has below
	// q.Below, dead ones (sign -1) too; keys without a row are left out.
	Newest(ctx context.Context, q Question, into *Images) error
}

// Question asks for the newest rows of keys.
type Question struct {
	Place
	// Below is the first offset of the batch; rows at or above it are not seen.
	Below int64
	Keys  *Keys
}

// Keys are the key columns of the records that wait.
type Keys struct{}

// Images are rows of raw: the contract's columns, the version and the sign.
type Images struct{}

// Len is the number of rows.
func (m *Images) Len() int { return 0 }

// Live reports whether row i is a +1 row.
func (m *Images) Live(i int) bool { return false }

// Version is the version of row i.
func (m *Images) Version(i int) position.Position { return position.Position{} }
