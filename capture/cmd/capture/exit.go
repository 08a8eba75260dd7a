package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/serve"
)

// The exit codes; --help lists them.
const (
	exitOK = iota
	exitFailed
	exitUsage
	exitPreflight
	exitOperator
	exitUnreachable
	exitFenced
)

// errPreflight ends a command whose findings were printed and stop the start.
var errPreflight = errors.New("preflight found what stops the start")

// exit says what ended the program, once, with what to do, and gives the exit code.
func (a *app) exit(err error) int {
	code := codeOf(err)
	if code == exitOK || errors.Is(err, errPreflight) {
		return code
	}
	if errors.Is(err, errNotSent) {
		fmt.Fprintln(a.out, err)
		return code
	}
	var of *serve.SourceError
	hint := fault.HintOf(err)
	if errors.As(err, &of) {
		hint = complete(hint, of.Source)
	}
	a.log.Error("capture ended: "+err.Error(), "class", fault.ClassOf(err), "do", hint, "exit", code)
	return code
}

func codeOf(err error) int {
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return exitOK
	case errors.Is(err, errPreflight):
		return exitPreflight
	case errors.Is(err, errNotSent):
		return exitUsage
	}
	switch fault.ClassOf(err) {
	case fault.Config:
		return exitUsage
	case fault.Setup:
		return exitPreflight
	case fault.Unreachable, fault.Busy:
		return exitUnreachable
	case fault.Fenced:
		return exitFenced
	}
	if fault.ActionOf(err) == fault.Operator {
		return exitOperator
	}
	return exitFailed
}
