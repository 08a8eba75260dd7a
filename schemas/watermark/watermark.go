// Package watermark is the record by which capture says how far a source is published.
package watermark

import (
	"encoding/json"
	"fmt"

	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// Watermark claims: every record of the commits up to Position lies below Offsets.
// It is written only after all of them are acknowledged.
type Watermark struct {
	Source   string            `json:"source"`
	Position position.Position `json:"position"`
	// CommitTime is Position's commit time in microseconds since 1970, UTC.
	CommitTime int64 `json:"commit_time"`
	// Complete is false while a snapshot is open: then the tables do not show the
	// source as of any one position, and the tidemark must not rest here.
	Complete bool           `json:"complete"`
	Offsets  []TopicOffsets `json:"offsets"`
	// Fingerprint identifies what is captured; it changes only at a commit boundary,
	// else records sent again would get other ordinals.
	Fingerprint string `json:"fingerprint,omitempty"`
	// Signals is the offset of tidemark.signals below which the source has carried out
	// every signal, in the history that this watermark stands for.
	Signals int64 `json:"signals,omitempty"`
	// Resume is capture's own: slot identity or resume token, and snapshot progress.
	Resume json.RawMessage `json:"resume,omitempty"`
}

// TopicOffsets are the end offsets of one topic.
type TopicOffsets struct {
	Topic       string `json:"topic"`
	Incarnation string `json:"incarnation"`
	// Next has one offset per partition: all that the watermark covers lies below it.
	Next []int64 `json:"next"`
}

// Encode gives the record value. The record's key is the source's name.
func (w *Watermark) Encode() ([]byte, error) {
	b, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("encode watermark of %s at %s: %w", w.Source, w.Position, err)
	}
	return b, nil
}

// Parse reads a record value that Encode wrote.
func Parse(value []byte) (*Watermark, error) {
	var w Watermark
	if err := json.Unmarshal(value, &w); err != nil {
		return nil, fmt.Errorf("watermark %.120q: %w", value, err)
	}
	if w.Source == "" {
		return nil, fmt.Errorf("watermark %.120q: no source", value)
	}
	return &w, nil
}

// Offset is the end offset of a topic-partition, and false where the watermark does
// not know it.
func (w *Watermark) Offset(topic string, partition int) (int64, bool) {
	for i := range w.Offsets {
		if o := &w.Offsets[i]; o.Topic == topic && partition < len(o.Next) {
			return o.Next[partition], true
		}
	}
	return 0, false
}
