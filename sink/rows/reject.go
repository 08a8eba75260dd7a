package rows

import "fmt"

// Class says why a record becomes a dead letter.
type Class string

// The classes of rejects.
const (
	// Malformed: the envelope, the key or an image cannot be read.
	Malformed Class = "malformed"
	// Mismatch: a value is of another kind than the contract says.
	Mismatch Class = "mismatch"
	// Range: a value is of the right kind but the column cannot hold it exactly.
	Range Class = "range"
	// Missing: a value that the contract does not allow to be absent is absent or null.
	Missing Class = "missing"
	// Toast: an unchanged column is not in the record, and raw holds no live image to
	// take it from.
	Toast Class = "toast"
)

// Reject is a record that makes no row. The builder is as if it had never been added,
// except that later records of its key are resolved instead of believed.
type Reject struct {
	Class Class
	// Column is the contract's column, "" when the record as a whole is refused.
	Column string
	Offset int64
	Err    error
}

func (r *Reject) Error() string {
	if r.Column == "" {
		return fmt.Sprintf("offset %d: %s: %v", r.Offset, r.Class, r.Err)
	}
	return fmt.Sprintf("offset %d: column %s: %s: %v", r.Offset, r.Column, r.Class, r.Err)
}

// Unwrap gives the cause.
func (r *Reject) Unwrap() error { return r.Err }
