// Package sinktest makes a source, its topic and what ClickHouse must hold afterwards.
package sinktest

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
)

// Contract is the YAML of a table's contract.
func Contract(table string) string {
	return fmt.Sprintf(`contract: 1
source: pg
table: public.%[1]s
target: shop.%[1]s
key: [id]
columns:
  - {name: id, type: bigint}
  - {name: name, type: text}
  - {name: amount, type: "numeric(12,2)"}
  - {name: note, type: text, nullable: true}
  - {name: updated_at, type: timestamptz}
`, table)
}

// Row is one row of the source.
type Row struct {
	ID     int64
	Name   string
	Cents  int64
	Note   string // "" is null
	Micros int64
	// Version and Partition are the newest event's.
	Version   position.Position
	Partition int
}

// Source commits changes to one table and remembers the outcome.
type Source struct {
	Table      string
	Partitions int
	// Unchained is the share of events that carry no before image.
	Unchained float64
	// Pad is how long a note is.
	Pad int

	Rows map[int64]*Row
	// Rows that raw must hold in all, and the sum of their signs.
	Signed, Live int

	rng    *rand.Rand
	commit uint64
	ids    []int64
	next   int64
	buf    []byte
	// unseen rows no event has told of; forgotten ones are gone without an event.
	unseen, forgotten []int64
}

// NewSource is deterministic for a seed.
func NewSource(table string, partitions int, seed uint64) *Source {
	return &Source{Table: table, Partitions: partitions, Rows: map[int64]*Row{}, rng: rand.New(rand.NewPCG(seed, 1)), commit: 1000, Pad: 40}
}

// Topic is the table's.
func (s *Source) Topic() string { return topic.Name("pg", "public", s.Table) }

// Record is what goes into a partition.
type Record struct {
	Partition  int
	Key, Value []byte
	Header     []byte // nil for a tombstone
}

// Commit makes a transaction of n changes and hands its records to put, whose slices are
// only valid during the call.
func (s *Source) Commit(n int, put func(Record)) {
	s.commit += 1 + uint64(s.rng.IntN(50))
	for i := range n {
		s.change(uint64(i+1), put)
	}
}

func (s *Source) change(ordinal uint64, put func(Record)) {
	v := position.Position{Commit: s.commit, Ordinal: ordinal}
	kind := s.rng.IntN(10)
	switch {
	case len(s.ids) == 0 || kind < 5:
		s.next++
		s.ids = append(s.ids, s.next)
		s.put(event.Create, s.next, nil, s.newRow(s.next, v), v, put)
	case kind < 9:
		id := s.ids[s.rng.IntN(len(s.ids))]
		s.put(event.Update, id, s.Rows[id], s.newRow(id, v), v, put)
	default:
		at := s.rng.IntN(len(s.ids))
		id := s.ids[at]
		s.ids[at] = s.ids[len(s.ids)-1]
		s.ids = s.ids[:len(s.ids)-1]
		s.put(event.Delete, id, s.Rows[id], nil, v, put)
	}
}

func (s *Source) newRow(id int64, v position.Position) *Row {
	r := &Row{ID: id, Name: "name " + strconv.FormatInt(id, 10), Cents: s.rng.Int64N(1_000_000) - 500_000,
		Micros: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC).UnixMicro() + int64(v.Commit)*1000, Version: v}
	if s.rng.IntN(4) > 0 {
		r.Note = strings.Repeat("n", s.Pad)
	}
	return r
}

func (s *Source) put(op event.Op, id int64, before, after *Row, v position.Position, put func(Record)) {
	key := fmt.Appendf(nil, `{"id":%d}`, id)
	p := topic.Partition(key, s.Partitions)
	h := event.Header{Version: v, Op: op, Flags: event.Chained, Schema: 1, CommitTime: time.Now().UnixMicro()}
	if before != nil {
		s.Signed++
		s.Live--
		delete(s.Rows, id)
	}
	if after != nil {
		after.Partition = p
		s.Signed++
		s.Live++
		s.Rows[id] = after
	}
	if before != nil && s.rng.Float64() < s.Unchained {
		h.Flags, before = 0, nil
	}
	s.buf = append(s.buf[:0], `{"before":`...)
	s.buf = appendRow(s.buf, before)
	s.buf = append(s.buf, `,"after":`...)
	s.buf = appendRow(s.buf, after)
	s.buf = fmt.Appendf(s.buf, `,"source":{"version":"0.1.0","connector":"postgresql","name":"pg","db":"shop","schema":"public","table":"%s","snapshot":"false","ts_ms":1,"ts_us":1000,"txId":7,"lsn":%d},"op":"%s","ts_ms":1}`, s.Table, v.Commit, op)
	put(Record{Partition: p, Key: key, Value: s.buf, Header: h.Append(nil)})
	if op == event.Delete {
		put(Record{Partition: p, Key: key})
	}
}

func appendRow(b []byte, r *Row) []byte {
	if r == nil {
		return append(b, "null"...)
	}
	b = append(b, `{"id":`...)
	b = strconv.AppendInt(b, r.ID, 10)
	b = append(b, `,"name":"`...)
	b = append(b, r.Name...)
	b = append(b, `","amount":"`...)
	b = append(b, Decimal(r.Cents)...)
	b = append(b, `","note":`...)
	if r.Note == "" {
		b = append(b, "null"...)
	} else {
		b = append(append(append(b, '"'), r.Note...), '"')
	}
	b = append(b, `,"updated_at":"`...)
	b = time.UnixMicro(r.Micros).UTC().AppendFormat(b, "2006-01-02T15:04:05.999999Z")
	return append(b, `"}`...)
}

// Decimal prints cents as numeric(12,2).
func Decimal(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return fmt.Sprintf("%s%d.%02d", sign, cents/100, cents%100)
}
