package rows

import (
	"errors"

	"github.com/tidemark-cdc/tidemark/sink/column"
)

// fault is why an image makes no row.
type fault struct {
	class  Class
	column string
	err    error
}

func (f *fault) reject(offset int64) *Reject {
	return &Reject{Class: f.class, Column: f.column, Offset: offset, Err: f.err}
}

func malformed(err error) *fault { return &fault{class: Malformed, err: err} }

// valueFault sorts a column's refusal.
func valueFault(name string, err error) *fault {
	f := &fault{class: Mismatch, column: name, err: err}
	var value *column.Error
	if errors.As(err, &value) {
		switch value.Problem {
		case column.Range:
			f.class = Range
		case column.Null:
			f.class = Missing
		}
	}
	return f
}
