package mongo

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/mongo/emit"
	"github.com/tidemark-cdc/tidemark/capture/mongo/snapshot"
	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// scanning is the collection whose snapshot is due next, or nil.
func (l *loop) scanning() *emit.Table {
	for _, t := range l.tables {
		if !t.State.Done && t.State.Scanned == 0 {
			return t
		}
	}
	return nil
}

// due reports whether a chunk can be read now: everything that is appended is complete, and no event waits.
func (l *loop) due(now time.Time) bool {
	return l.scannable() && l.front.Whole() && (len(l.reader.Batches()) == 0 || now.Sub(l.chunked) >= l.cfg.ChunkTime)
}

// scannable reports whether a snapshot is due and the stream is where it may go on. A run that was broken off may have
// published rows at a higher boundary than its last watermark tells; rows below that one would be taken for duplicates, so
// a new run first comes to where the server stood when it began.
func (l *loop) scannable() bool {
	done, _ := l.front.Done()
	return done >= l.hold && l.scanning() != nil
}

// here is the boundary at which the stream stands.
func (l *loop) here() emit.Boundary {
	done, wall := l.front.Done()
	return emit.Boundary{At: done, Wall: wall}
}

// chunk publishes some rows of a snapshot at the boundary where the stream stands. The rows are read now and so hold at
// least what was written up to there; what they hold of later writes is repeated by the events to come.
func (l *loop) chunk(ctx context.Context) error {
	t := l.scanning()
	at := l.here()
	l.emit.Batch(0, false, time.Now())
	if err := l.begin(t, at); err != nil {
		return err
	}
	q := snapshot.Request{Namespace: t.Namespace, After: bson.Raw(t.State.Last), AtLeast: at.At, Limit: l.cfg.ChunkRows, For: l.cfg.ChunkTime}
	c, err := l.scan.Read(ctx, q, func(doc bson.Raw) error { return l.row(t, at, doc) }) // rule: snapshot-in-order
	if err != nil {
		return err
	}
	t.State.Rows += uint64(c.Rows)
	t.State.Fuzzy = max(t.State.Fuzzy, c.Until)
	if c.Last != nil {
		t.State.Last = c.Last
	}
	if c.End {
		t.State.Scanned, t.State.Last = c.Until, nil
		l.log.Info("snapshot read", "collection", t.Namespace.String(), "rows", t.State.Rows, "until", c.Until.String())
	}
	l.state.Touch()
	l.chunked = time.Now()
	l.cfg.Observer.Snapshot(c.Rows)
	return l.flush()
}

// begin marks the snapshot's begin, once.
func (l *loop) begin(t *emit.Table, at emit.Boundary) error {
	l.front.Pin()
	if t.State.Snapshot != "" {
		return nil
	}
	t.State.Snapshot = newID()
	l.state.Touch()
	l.log.Info("snapshot begins", "collection", t.Namespace.String(), "snapshot", t.State.Snapshot, "at", at.At.String())
	// rule: initial-once
	return l.emit.Mark(t, at, event.Marker{Kind: event.SnapshotBegin, Snapshot: t.State.Snapshot, Initial: t.Topic.New()})
}

func (l *loop) row(t *emit.Table, at emit.Boundary, doc bson.Raw) error {
	if err := l.emit.Row(t, at, doc); err != nil {
		return err
	}
	if due := l.p.Due(); !due.IsZero() && time.Now().After(due) {
		return l.flush()
	}
	return nil
}

// endSnapshots marks the end of each snapshot that the stream has passed: from there on rows and events agree.
func (l *loop) endSnapshots() error {
	at := l.here()
	for _, t := range l.tables {
		if t.State.Done || t.State.Scanned == 0 || at.At < t.State.Scanned {
			continue
		}
		l.front.Pin()
		if err := l.emit.Mark(t, at, event.Marker{Kind: event.SnapshotEnd, Snapshot: t.State.Snapshot}); err != nil {
			return err
		}
		t.State.Done, t.State.Snapshot = true, "" // rule: snapshot-done-at-end
		l.state.Touch()
		l.log.Info("snapshot ends", "collection", t.Namespace.String(), "rows", t.State.Rows, "at", at.At.String())
	}
	return nil
}

func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
