package publish

import (
	"bytes"
	"encoding/json"

	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

// Point is a commit boundary of a source: all that it emitted up to Position is
// appended, and nothing of a later commit.
type Point struct {
	Position position.Position
	// CommitTime is the commit's time in microseconds since 1970, UTC.
	CommitTime int64
	// Complete is false while a snapshot is open.
	Complete bool
	// Signals is the offset below which the source has carried out every signal; 0 leaves
	// what was said before.
	Signals int64
	// Resume is the source's own: what it needs to go on from here.
	Resume json.RawMessage
}

func (pt Point) watermark(source, fingerprint string) *watermark.Watermark {
	return &watermark.Watermark{Source: source, Position: pt.Position, CommitTime: pt.CommitTime,
		Complete: pt.Complete, Fingerprint: fingerprint, Signals: pt.Signals, Resume: pt.Resume}
}

// PointOf is the point of a stored watermark; the zero point for nil.
func PointOf(w *watermark.Watermark) Point {
	if w == nil {
		return Point{}
	}
	return Point{Position: w.Position, CommitTime: w.CommitTime, Complete: w.Complete, Signals: w.Signals, Resume: w.Resume}
}

// same reports whether the points say the same, so that a second watermark says nothing.
func (pt Point) same(o Point) bool {
	return pt.Position == o.Position && pt.Complete == o.Complete && pt.CommitTime == o.CommitTime && pt.Signals == o.Signals &&
		bytes.Equal(pt.Resume, o.Resume)
}
