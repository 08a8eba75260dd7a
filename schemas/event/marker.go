package event

import (
	"encoding/json"
	"fmt"
)

// MarkerKind says what a marker marks.
type MarkerKind string

// The kinds of markers. Each is written to every partition of its topic, because a
// meaning that comes from the place in the order is needed in each partition's order.
const (
	// TopicOpened is the first record of a partition and names the topic's incarnation.
	TopicOpened MarkerKind = "topic"
	// SnapshotBegin stands before the first row of a snapshot of the table.
	SnapshotBegin MarkerKind = "snapshot-begin"
	// SnapshotEnd stands where the snapshot and the stream agree again: live keys that
	// are older than the begin and were not seen since are gone in the source.
	SnapshotEnd MarkerKind = "snapshot-end"
)

// Marker is the JSON value of a record with Op Marking.
type Marker struct {
	Kind MarkerKind `json:"marker"`
	// Incarnation is the random id that a topic gets when it is created; a topic
	// deleted and made again has another one.
	Incarnation string `json:"incarnation,omitempty"`
	// Partitions is the topic's partition count in this incarnation.
	Partitions int `json:"partitions,omitempty"`
	// Snapshot is the id that a snapshot's begin and end share.
	Snapshot string `json:"snapshot,omitempty"`
	// Initial is set when the topic held nothing of this table before.
	Initial bool `json:"initial,omitempty"`
	// Exact is set when every row of the snapshot was read at the snapshot's position,
	// so that the stream's before images agree with it from the first event on.
	Exact bool `json:"exact,omitempty"`
}

// Encode gives the record value.
func (m Marker) Encode() []byte {
	b, err := json.Marshal(m)
	if err != nil {
		panic(fmt.Sprintf("BUG: marker %+v: %v", m, err)) // strings, ints and bools always marshal
	}
	return b
}

// ParseMarker reads a record value that Encode wrote.
func ParseMarker(value []byte) (Marker, error) {
	var m Marker
	if err := json.Unmarshal(value, &m); err != nil {
		return Marker{}, fmt.Errorf("marker %.80q: %w", value, err)
	}
	switch m.Kind {
	case TopicOpened, SnapshotBegin, SnapshotEnd:
		return m, nil
	}
	return Marker{}, fmt.Errorf("marker %.80q: unknown kind %q", value, m.Kind)
}
