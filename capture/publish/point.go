package publish

import (
	"encoding/json"

	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// Point is a commit boundary of a source: all that it emitted up to Position is
// appended, and nothing of a later commit.
type Point struct {
	Position position.Position
	// CommitTime is the commit's time in microseconds since 1970, UTC.
	CommitTime int64
	// Complete is false while a snapshot is open.
	Complete bool
	// Resume is the source's own: what it needs to go on from here.
	Resume json.RawMessage
}
