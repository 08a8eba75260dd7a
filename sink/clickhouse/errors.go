package clickhouse

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/ch-go/proto"
)

// Class says what can mend an error.
type Class byte

const (
	// Retry: the same bytes under the same token may succeed later. The outcome of what
	// failed is unknown, so they must be sent again.
	Retry Class = iota
	// Stop: no retry mends it; a person has to look (schema, rights, settings).
	Stop
)

// String names the class for logs and metrics.
func (c Class) String() string {
	if c == Stop {
		return "stop"
	}
	return "retry"
}

// ErrDamaged is what an Error is when the server cannot read a part of its own: a full or
// broken disk has left files of it empty. It stays so until the part is detached.
var ErrDamaged = errors.New("ClickHouse cannot read a part of its own")

// damage are the codes of reading files that are not what was written. Some of them can
// come from the network, too; then the message names no part.
var damage = []proto.Error{proto.ErrCorruptedData, proto.ErrNoFileInDataPart, proto.ErrChecksumDoesntMatch, proto.ErrCannotReadAllData,
	proto.ErrCannotDecompress, proto.ErrUnexpectedEndOfFile}

// Error is every failure of this package.
type Error struct {
	Class Class
	// Code is the server's exception code; 0 when the server did not answer.
	Code int
	// Attempt says what was tried.
	Attempt string
	Err     error

	damaged bool
	// detached: a table is missing, and one of the server's is detached.
	detached bool
}

func (e *Error) Error() string { return fmt.Sprintf("clickhouse: %s: %v", e.Attempt, e.Err) }

// Unwrap gives what happened.
func (e *Error) Unwrap() error { return e.Err }

// Is makes ErrDamaged known to errors.Is.
func (e *Error) Is(target error) bool { return target == ErrDamaged && e.damaged }

// Retryable reports whether the same attempt may succeed later.
func (e *Error) Retryable() bool { return e.Class == Retry }

func newError(attempt string, err error) *Error {
	e := &Error{Attempt: attempt, Err: err}
	if x, ok := ch.AsException(err); ok {
		e.Code = int(x.Code)
		e.Class = classOf(x.Code)
		if e.damaged = slices.Contains(damage, x.Code) && strings.Contains(x.Message, "reading from part"); e.damaged {
			e.Class = Stop
		}
	}
	return e
}

// classOf gives Stop only for what stays wrong however often it is sent. Everything else
// is worth a retry: a wrong Stop halts a healthy pipeline, a wrong Retry only repeats.
func classOf(code proto.Error) Class {
	switch code {
	case proto.ErrNoSuchColumnInTable, proto.ErrThereIsNoColumn, proto.ErrNotFoundColumnInBlock, proto.ErrUnknownIdentifier,
		proto.ErrNumberOfColumnsDoesntMatch, proto.ErrTypeMismatch, proto.ErrCannotConvertType, proto.ErrIllegalColumn,
		proto.ErrBlocksHaveDifferentStructure, proto.ErrCannotInsertNullInOrdinaryColumn, proto.ErrIncompatibleColumns,
		proto.ErrUnknownType, proto.ErrUnknownTable, proto.ErrUnknownDatabase, proto.ErrDuplicateColumn,
		proto.ErrSyntaxError, proto.ErrBadArguments, proto.ErrUnknownFunction, proto.ErrIllegalTypeOfArgument,
		proto.ErrUnknownSetting, proto.ErrReadonly, proto.ErrAccessDenied, proto.ErrAuthenticationFailed,
		proto.ErrUnknownUser, proto.ErrWrongPassword, proto.ErrRequiredPassword, proto.ErrNotImplemented:
		return Stop
	}
	return Retry
}

// HasCode reports whether err is the server's and has one of the codes.
func HasCode(err error, codes ...proto.Error) bool {
	var failed *Error
	return errors.As(err, &failed) && slices.Contains(codes, proto.Error(failed.Code))
}
