package consume

import (
	"errors"
	"fmt"
)

// The failures that no retry mends. Each would lose records if it were passed over.
var (
	// ErrRetention: the broker has deleted records that were never read.
	ErrRetention = errors.New("records were deleted by retention before they were read")
	// ErrBeyondEnd: the partition ends before the offset that we have applied: it was
	// deleted and made again, or restored from an older copy.
	ErrBeyondEnd = errors.New("the partition ends below what was already applied")
	// ErrBroken: the same bytes come back unreadable or with offsets missing.
	ErrBroken = errors.New("unreadable records")
)

// Outside is ErrRetention or ErrBeyondEnd with what is there.
type Outside struct {
	Topic     string
	Partition int
	// Wanted is the offset that is to be read next; the log holds First to End-1.
	Wanted, First, End int64
	Err                error
}

func (o *Outside) Error() string {
	return fmt.Sprintf("%v: %s/%d: offset %d is wanted, the log holds %d to %d", o.Err, o.Topic, o.Partition, o.Wanted, o.First, o.End-1)
}

// Unwrap gives ErrRetention or ErrBeyondEnd.
func (o *Outside) Unwrap() error { return o.Err }

// fault is a piece of an answer that may be mended by fetching again.
type fault struct {
	offset int64
	err    error
}

func (f *fault) Error() string { return fmt.Sprintf("at offset %d: %v", f.offset, f.err) }
func (f *fault) Unwrap() error { return f.err }

var errGap = errors.New("offsets are missing")
