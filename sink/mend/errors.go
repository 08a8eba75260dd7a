package mend

import (
	"errors"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

var (
	// ErrPartial: raw holds some rows of a partition of the range, but not all. A lost part
	// is lost whole, so something else took them.
	ErrPartial = errors.New("raw holds a part of the range in pieces")
	// ErrStaged: the staging table does not hold the block that was sent to it.
	ErrStaged = errors.New("the staging table does not hold the block")
	// ErrBusy is for a fence to say that others write: the attempt is to be made again.
	ErrBusy = errors.New("other partitions of the table are on their way")
)

// Gone: a table of ours was dropped while we worked on it, by another owner of the range
// or by a paused one that woke. Begun again, the attempt either succeeds or is fenced.
type Gone struct{ Err error }

func (g *Gone) Error() string {
	return "a staging table was dropped by another owner: " + g.Err.Error()
}

// Unwrap gives what the server said.
func (g *Gone) Unwrap() error { return g.Err }

// Retryable is true.
func (g *Gone) Retryable() bool { return true }

// gone marks an error that says that a table is missing, or is there already.
func gone(err error) error {
	if clickhouse.HasCode(err, proto.ErrUnknownTable, proto.ErrTableAlreadyExists) {
		return &Gone{err}
	}
	return err
}
