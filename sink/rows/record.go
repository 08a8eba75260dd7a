package rows

import (
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// Record is one record of a table's topic that is neither a marker nor a duplicate.
// Key and Value are only read during Add; the builder keeps no reference to them.
type Record struct {
	Offset int64
	Key    []byte
	// Value is nil for a tombstone, which makes no row.
	Value  []byte
	Header event.Header
	// Torn is the version of the newest unresolved dead letter of the key below this
	// batch, zero when there is none. The dead letter may have changed a column that this
	// record leaves out as unchanged, so such a column is not taken from an older image.
	Torn position.Position
	// Floor is the version below which a repair comes too late: a truncate, or the end of
	// a snapshot, has taken back what was older. It matters to repairs only.
	Floor position.Position
}

// Place says where a batch's records come from.
type Place struct {
	// Incarnation is the topic's, from its "topic" marker.
	Incarnation string
	Partition   int
}
