package batch

import "errors"

// The failures that stop a partition: going on would lose rows or put them under a
// token that means others.
var (
	// ErrNoIncarnation: events stand before the topic's marker.
	ErrNoIncarnation = errors.New("the topic does not begin with its incarnation marker")
	// ErrIncarnation: the topic was deleted and made again since our last commit.
	ErrIncarnation = errors.New("the topic is of another incarnation than what was applied")
	// ErrMarker: capture is newer than this program.
	ErrMarker = errors.New("a marker that this program does not read")
	// ErrVersion: an event without a position cannot be ordered or told from a duplicate.
	ErrVersion = errors.New("an event at position zero")
)
