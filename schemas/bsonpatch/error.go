package bsonpatch

import (
	"errors"
	"fmt"
)

// ErrAmbiguous says that a path can mean more than one field of this document.
var ErrAmbiguous = errors.New("update description: ambiguous path")

// ErrMismatch says that the description does not fit the pre-image, so they are not of the same update.
var ErrMismatch = errors.New("update description: does not fit the pre-image")

func mismatch(what string, name []byte) error {
	return fmt.Errorf("%w: %s at %q", ErrMismatch, what, name)
}
