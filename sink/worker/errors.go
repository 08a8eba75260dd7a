package worker

import (
	"context"
	"errors"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/sink/batch"
	"github.com/tidemark-cdc/tidemark/sink/consume"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
	"github.com/tidemark-cdc/tidemark/sink/mend"
)

// The failures that stop a partition until a person has looked.
var (
	// ErrNoCommit: raw holds rows of a partition that the group never committed.
	ErrNoCommit = errors.New("raw holds rows of this partition, but the consumer group has no commit for it")
	// ErrApplied: the commit and ops.applied disagree.
	ErrApplied = errors.New("the consumer group's commit and ops.applied disagree")
	// ErrRebuilt: a sealed range was rebuilt into other rows (rule: fingerprint).
	ErrRebuilt = errors.New("the sealed range was rebuilt into other rows than were sealed")
	// ErrPartLost: rows are gone of a range that was applied and committed, whose records
	// need not be in the topic any more.
	ErrPartLost = errors.New("raw lacks rows of a range that was applied")
	// ErrDoubled: raw has more rows of a range than were ever sealed for it.
	ErrDoubled = errors.New("raw holds more rows of a range than were sealed for it")
	// ErrCount: rows in are not rows out.
	ErrCount = errors.New("records are not all accounted for")
	// ErrStalled: a range has been pending for longer than ClickHouse may remember its token.
	ErrStalled = errors.New("a range has been pending for too many blocks of its table")
)

// Class says who can do something about a failure.
type Class string

// The classes.
const (
	// Retry: it is tried again by itself.
	Retry Class = "retry"
	// Fenced: another member owns the partition; the worker ends quietly.
	Fenced Class = "fenced"
	// Stop: the partition stops, because going on would lose or double rows.
	Stop Class = "stop"
	// Operator: as Stop, and the hint says what to look at.
	Operator Class = "operator"
)

// table is the one place that says what a failure means.
var table = []struct {
	err   error
	class Class
	hint  string
}{
	{ledger.ErrRefused, Fenced, ""},
	{kafka.ErrGenerationEnded, Fenced, ""},
	{context.Canceled, Fenced, ""},
	{ledger.ErrNoMetadata, Operator, "an offset tool or another program has committed for this group; compare raw and ops.applied with the commit, then set it with 'sink adopt'"},
	{ledger.ErrMetadata, Operator, "another version of the sink, or an offset tool, wrote the commit; finish with that version, or look and 'sink adopt'"},
	{ledger.ErrTooLarge, Operator, "raise the broker's offset.metadata.max.bytes"},
	{consume.ErrRetention, Operator, "what the topic no longer holds must come from the source again: raise the topic's retention and re-snapshot the table"},
	{consume.ErrBeyondEnd, Operator, "the topic was made anew or restored; re-snapshot the table under a new consumer group, or restore the topic"},
	{consume.ErrBroken, Operator, "the broker's log is damaged at this offset: restore the replica, or re-snapshot the table"},
	{batch.ErrNoIncarnation, Operator, "the topic was not written by capture, or its beginning is gone"},
	{batch.ErrIncarnation, Operator, "the topic was deleted and made again while the sink still held offsets of the old one; re-snapshot the table"},
	{batch.ErrMarker, Operator, "capture is newer than this sink: upgrade the sink"},
	{batch.ErrVersion, Operator, "the record was not written by capture"},
	{ErrNoCommit, Operator, "the group's offsets expired, or the group is a new one; look at raw and ops.applied, then 'sink adopt'"},
	{ErrApplied, Operator, "the group's offsets were moved, or ClickHouse was restored from an older copy; look, then 'sink adopt'"},
	{ErrRebuilt, Operator, "run the sink version and the contract that sealed the range until it is applied, then upgrade"},
	{ErrPartLost, Operator, "ClickHouse lost what it had acknowledged (power cut, restored copy, deleted part): re-snapshot the table"},
	{mend.ErrPartial, Operator, "something has deleted rows of raw: re-snapshot the table"},
	{mend.ErrStaged, Operator, "the staging table in raw named mend_... holds another number of rows than it was sent: look at ClickHouse's log"},
	{ErrDoubled, Operator, "the deduplication window was too small or the token was not used; repair the range"},
	{ErrStalled, Operator, "mend what keeps the range from being applied; raw's non_replicated_deduplication_window must outlast it"},
	{ErrCount, Stop, "this is a fault of the sink: keep the topic and report it"},
}

// Classify gives a failure's class and what to do about it.
func Classify(err error) (Class, string) {
	for _, row := range table {
		if errors.Is(err, row.err) {
			return row.class, row.hint
		}
	}
	var mendable interface{ Retryable() bool }
	if errors.As(err, &mendable) && mendable.Retryable() {
		return Retry, ""
	}
	return Stop, ""
}
