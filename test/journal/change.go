package journal

import "github.com/tidemark-cdc/tidemark/schemas/contract"

// Kind is what a change did to its row.
type Kind byte

// The kinds of changes. A Truncate has no key: all rows of the table went.
const (
	Insert   Kind = 'i'
	Update   Kind = 'u'
	Delete   Kind = 'd'
	Truncate Kind = 't'
)

// Change is one row change as the source's own log has it.
type Change struct {
	// From and To bound the commit as capture counts it (position.Position.Commit), both
	// inclusive. MongoDB: the clusterTime, both equal. PostgreSQL's log gives a commit's
	// end, so From is the end of the commit before: no other commit lies between.
	From, To uint64
	Kind     Kind
	// Key and OldKey are canonical texts of the contract's key columns; OldKey is set only
	// where an update moved the row to another key.
	Key, OldKey []string
	// Before and After are canonical texts of Columns; nil where the log does not know
	// the whole image.
	Before, After []string
}

// Table names a contract's table across sources: "pg.public.orders".
func Table(c *contract.Contract) string { return c.Source + "." + c.Name() }
