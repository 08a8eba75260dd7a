package rows

import "github.com/tidemark-cdc/tidemark/schemas/event"

// Record is one record of a table's topic that is neither a marker nor a duplicate.
// Key and Value are only read during Add; the builder keeps no reference to them.
type Record struct {
	Offset int64
	Key    []byte
	// Value is nil for a tombstone, which makes no row.
	Value  []byte
	Header event.Header
}

// Place says where a batch's records come from.
type Place struct {
	// Incarnation is the topic's, from its "topic" marker.
	Incarnation string
	Partition   int
}
