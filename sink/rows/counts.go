package rows

import (
	"fmt"

	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// Counts explains a batch: every record ends in exactly one of its kinds, and the rows
// of the block are what the kinds say.
type Counts struct {
	// Records is how many were given to Add; retracted live rows are not among them.
	Records int
	// Inserted made +1; Updated -1 and +1; Deleted -1. An update of a key that raw does
	// not hold counts as Inserted.
	Inserted, Updated, Deleted int
	// Stale is a record older than what raw holds of its key.
	Stale int
	// Void is a delete, or an update without an after image, that finds nothing to do.
	Void int
	// Tombstones have no value.
	Tombstones int
	// Rejected are dead letters.
	Rejected int
	// Open wait for Resolve.
	Open int
	// Retracted are live rows taken back by a truncate or at a snapshot's end.
	Retracted int
}

// Rows is how many rows the kinds explain.
func (c Counts) Rows() int { return c.Inserted + 2*c.Updated + c.Deleted + c.Retracted }

// Check fails when a record is in no kind or the block has other rows than the kinds
// explain: something was lost or doubled on the way, and nothing may be sent.
func (c Counts) Check(rows int) error {
	kinds := c.Inserted + c.Updated + c.Deleted + c.Stale + c.Void + c.Tombstones + c.Rejected + c.Open
	if kinds != c.Records {
		return fmt.Errorf("%d records in, %d explained: %+v", c.Records, kinds, c)
	}
	if c.Rows() != rows {
		return fmt.Errorf("%d rows in the block, %d explained: %+v", rows, c.Rows(), c)
	}
	return nil
}

// wrote counts a record by the rows that it made.
func (c *Counts) wrote(minus, plus bool) {
	switch {
	case minus && plus:
		c.Updated++
	case plus:
		c.Inserted++
	case minus:
		c.Deleted++
	default:
		c.Void++
	}
}

// chained counts a record that was written from its own images.
func (c *Counts) chained(op event.Op) {
	c.wrote(op == event.Update || op == event.Delete, op != event.Delete)
}
