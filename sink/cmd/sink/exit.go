package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/tidemark-cdc/tidemark/sink/worker"
)

// The exit codes; --help lists them.
const (
	exitOK = iota
	exitFailed
	exitUsage
	exitTables
	exitOperator
	exitUnreachable
)

// coded is an error that knows its exit code and what to do about it.
type coded struct {
	code int
	hint string
	err  error
}

func (e *coded) Error() string { return e.err.Error() }
func (e *coded) Unwrap() error { return e.err }

// exit says what ended the program, once, with what to do, and gives the exit code.
func (a *app) exit(err error) int {
	if err == nil || errors.Is(err, context.Canceled) {
		return exitOK
	}
	code, hint := exitFailed, ""
	var c *coded
	if errors.As(err, &c) {
		code, hint = c.code, c.hint
	} else if class, do := worker.Classify(err); class == worker.Operator || class == worker.Stop && do != "" {
		code, hint = exitOperator, do
	}
	a.log.Error("sink ended: "+err.Error(), "exit", code, "do", hint)
	if hint != "" {
		_, _ = fmt.Fprintf(a.errout, "\nWhat to do: %s\n", hint)
	}
	return code
}
