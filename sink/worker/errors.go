package worker

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/sink/batch"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
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

// The commands that recover from what is gone. Whoever prints a hint fills in the place.
const (
	again   = "read it again with `capture resnapshot --source {source} --table {table} --yes`"
	goOn    = "stop every sink and go on behind the gap with `sink adopt {topic} {partition} --lost`"
	looked  = "look with `sink adopt {topic} {partition}`, which shows raw, ops.applied and the topic, then set the commit with --at, all sinks stopped"
	reread  = "what is gone must come from the source: " + again + ", then " + goOn
	rebuild = "build the table anew from its topic with `sink replay {topic} --rebuild`, or " + again
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
	{ledger.ErrNoMetadata, Operator, "an offset tool or another program has committed for this group: " + looked},
	{ledger.ErrMetadata, Operator, "another version of the sink, or an offset tool, wrote the commit: finish with that version, or " + looked},
	{ledger.ErrTooLarge, Operator, "raise the broker's offset.metadata.max.bytes"},
	{consume.ErrRetention, Operator, "raise the topic's retention above the longest standstill of the sinks; " + reread},
	{consume.ErrBeyondEnd, Operator, "the topic was deleted and made again, or restored from an older copy; " + reread},
	{consume.ErrBroken, Operator, "the broker's log is damaged at this offset: restore the replica; where there is none, delete the topic, and " + reread},
	{batch.ErrNoIncarnation, Operator, "the topic was not written by capture, or its beginning is gone: delete it, and " + reread},
	{batch.ErrIncarnation, Operator, "the topic was deleted and made again while the sink still held offsets of the old one; " + reread},
	{batch.ErrMarker, Operator, "capture is newer than this sink: upgrade the sink"},
	{batch.ErrVersion, Operator, "the record was not written by capture"},
	{ErrNoCommit, Operator, "the topic was deleted and made again (the brokers drop its commits with it), the group's offsets expired, or the group is a new one. " +
		"Where the topic was made again, " + reread + "; else " + looked},
	{ErrApplied, Operator, "the group's offsets were moved, or ClickHouse was restored from an older copy: " + looked + "; rows that are gone come back with `sink replay {topic} --missing`"},
	{ErrRebuilt, Operator, "run the sink version and the contract that sealed the range until it is applied, then upgrade"},
	{ErrPartLost, Operator, "ClickHouse lost what it had acknowledged (power cut, restored copy, deleted part): bring back what the topic still holds with `sink replay {topic} --missing`, or " + again},
	{clickhouse.ErrDamaged, Operator, "the part has no sources any more that could take its place. Mend the disk, then detach the part, whose folder and table it names: " +
		"ALTER TABLE ... DETACH PART '...', and restart the sink. A part of raw comes back with `sink replay {topic} --missing`; " +
		"where it was one of current or of an aggregate, " + rebuild},
	{mend.ErrPartial, Operator, "something has deleted rows of raw: " + rebuild},
	{mend.ErrStaged, Operator, "the staging table in raw named mend_... holds another number of rows than it was sent: look at ClickHouse's log"},
	{ErrDoubled, Operator, "the deduplication window was too small or the token was not used: " + rebuild},
	{ErrStalled, Operator, "mend what keeps the range from being applied; raw's non_replicated_deduplication_window must outlast it"},
	{ErrCount, Stop, "this is a fault of the sink: keep the topic and report it"},
}

// Stopped is why a worker ended, and where.
type Stopped struct {
	// Source and Table are the contract's, "public.orders" or "shop.users".
	Source, Table, Topic string
	Partition            int
	Err                  error
}

func (s *Stopped) Error() string { return fmt.Sprintf("%s/%d: %v", s.Topic, s.Partition, s.Err) }

// Unwrap gives why.
func (s *Stopped) Unwrap() error { return s.Err }

// fill makes a hint's commands ready to copy where the error says where it happened.
func fill(hint string, err error) string {
	var at *Stopped
	if !errors.As(err, &at) {
		at = &Stopped{Source: "SOURCE", Table: "TABLE", Topic: "TOPIC"}
	}
	return strings.NewReplacer("{source}", at.Source, "{table}", at.Table, "{topic}", at.Topic, "{partition}", strconv.Itoa(at.Partition)).Replace(hint)
}

// Classify gives a failure's class and what to do about it.
func Classify(err error) (Class, string) {
	for _, row := range table {
		if errors.Is(err, row.err) {
			return row.class, fill(row.hint, err)
		}
	}
	var mendable interface{ Retryable() bool }
	if errors.As(err, &mendable) && mendable.Retryable() {
		return Retry, ""
	}
	return Stop, ""
}
