// Package fault says who must act on an error: the program by trying again, or a person.
package fault

import (
	"errors"
	"fmt"
)

// Error is an error with a class. Wrap with New at the place that knows the cause.
type Error struct {
	Class Class
	// Doing is what was attempted: "confirm slot tidemark_pg".
	Doing string
	// Hint tells the operator what to do, as one or two sentences; empty where the
	// program tries again by itself.
	Hint string
	Err  error
}

// New gives err a class. hint may be empty for classes that are retried.
func New(class Class, doing string, err error, hint string) *Error {
	return &Error{Class: class, Doing: doing, Hint: hint, Err: err}
}

// Error is "doing: cause". The hint is not in it: it is printed once, at the end.
func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s: %s", e.Doing, e.Class)
	}
	return e.Doing + ": " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf finds the class of err; an error without one is Unknown, which is retried.
func ClassOf(err error) Class {
	var f *Error
	if errors.As(err, &f) {
		return f.Class
	}
	return Unknown
}

// HintOf finds the hint of err, or gives the class's own.
func HintOf(err error) string {
	var f *Error
	if errors.As(err, &f) && f.Hint != "" {
		return f.Hint
	}
	return table[ClassOf(err)].hint
}

// Is reports whether err is of the class.
func Is(err error, class Class) bool { return err != nil && ClassOf(err) == class }
