package mend

import "errors"

var (
	// ErrPartial: raw holds some rows of a partition of the range, but not all. A lost part
	// is lost whole, so something else took them.
	ErrPartial = errors.New("raw holds a part of the range in pieces")
	// ErrStaged: the staging table does not hold the block that was sent to it.
	ErrStaged = errors.New("the staging table does not hold the block")
	// ErrBusy is for a fence to say that others write: the attempt is to be made again.
	ErrBusy = errors.New("other partitions of the table are on their way")
)
