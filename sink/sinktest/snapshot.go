package sinktest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
)

// Next is a header at a position of its own.
func (s *Source) Next(op event.Op) event.Header {
	s.commit++
	return event.Header{Version: position.Position{Commit: s.commit, Ordinal: 1}, Op: op, Flags: event.Chained, Schema: 1, CommitTime: time.Now().UnixMicro()}
}

func (s *Source) snapshotHeader(op event.Op) event.Header {
	return event.Header{Version: position.Position{Commit: s.commit}, Op: op, Schema: 1, CommitTime: time.Now().UnixMicro()}
}

// Begin and End bracket a snapshot at the position that the source has reached.
func (s *Source) Begin(t *Topic, id string, initial bool) {
	s.commit++
	t.Marker(event.Marker{Kind: event.SnapshotBegin, Snapshot: id, Initial: initial, Exact: true}, s.snapshotHeader(event.Marking))
}

// End is Begin's counterpart. What raw holds and the snapshot did not see is retracted.
func (s *Source) End(t *Topic, id string) {
	t.Marker(event.Marker{Kind: event.SnapshotEnd, Snapshot: id}, s.snapshotHeader(event.Marking))
	s.Signed += len(s.forgotten)
	s.forgotten = nil
}

// Insert makes n rows that no event tells of.
func (s *Source) Insert(n int) {
	for range n {
		s.next++
		s.ids = append(s.ids, s.next)
		s.Rows[s.next] = s.newRow(s.next, position.Position{Commit: s.commit})
		s.unseen = append(s.unseen, s.next)
	}
}

// Forget deletes n rows without an event.
func (s *Source) Forget(n int) {
	for _, id := range s.ids[:n] {
		delete(s.Rows, id)
		s.forgotten = append(s.forgotten, id)
		s.Live--
	}
	s.ids = slices.Clone(s.ids[n:])
}

// Rewrite changes n rows without an event.
func (s *Source) Rewrite(n int) {
	for _, id := range s.ids[:n] {
		s.Rows[id] = s.newRow(id, position.Position{Commit: s.commit})
	}
}

// Snapshot emits every row.
func (s *Source) Snapshot(put func(Record)) {
	for _, id := range slices.Sorted(maps.Keys(s.Rows)) {
		r := s.Rows[id]
		key := fmt.Appendf(nil, `{"id":%d}`, id)
		r.Partition = topic.Partition(key, s.Partitions)
		value := appendRow([]byte(`{"before":null,"after":`), r)
		value = append(value, `,"op":"r"}`...)
		put(Record{Partition: r.Partition, Key: key, Value: value, Header: s.snapshotHeader(event.Read).Append(nil)})
		s.Signed += 2 // its older image goes, it comes
	}
	s.Signed -= len(s.unseen)
	s.Live += len(s.unseen)
	s.unseen = nil
}

// Truncate empties the table.
func (s *Source) Truncate(t *Topic) {
	h := s.Next(event.Truncate)
	for p := range t.open {
		t.Put(Record{Partition: p, Value: []byte(`{"op":"t"}`), Header: h.Append(nil)})
	}
	s.Signed += s.Live
	s.Live, s.ids = 0, nil
	clear(s.Rows)
}

// Update is the header of an update at a position of its own.
func (s *Source) Update(chained bool) event.Header {
	h := s.Next(event.Update)
	if !chained {
		h.Flags = 0
	}
	return h
}
