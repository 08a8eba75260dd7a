package main

import (
	"errors"

	"github.com/tidemark-cdc/tidemark/aggregate/apply"
	"github.com/tidemark-cdc/tidemark/aggregate/lock"
	"github.com/tidemark-cdc/tidemark/aggregate/model"
	"github.com/tidemark-cdc/tidemark/aggregate/target"
)

// What the program ends with; 0 and 1 are as usual.
const (
	codeDiffers = 2
	codeLocked  = 3
	codeRefused = 4
)

// errDiffers marks what plan and verify were asked for and found.
var errDiffers = errors.New("it differs")

// coder gives an error the program's exit code.
type coder struct {
	error
	code int
}

// ExitCode is read by kong.
func (c coder) ExitCode() int { return c.code }

// Unwrap gives the error itself.
func (c coder) Unwrap() error { return c.error }

func coded(err error) error {
	for _, known := range []struct {
		is   error
		code int
	}{{lock.ErrTaken, codeLocked}, {apply.ErrCompacting, codeLocked}, {model.ErrModel, codeRefused}, {target.ErrShape, codeRefused}, {errDiffers, codeDiffers}} {
		if errors.Is(err, known.is) {
			return coder{err, known.code}
		}
	}
	return err
}
