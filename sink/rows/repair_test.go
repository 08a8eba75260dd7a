package rows

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cespare/xxhash/v2"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// letter is a record that failed, as it would be sent again.
type letter struct {
	rec Record
	id  int
}

// mending is a history in which records fail for a time and are sent again late.
type mending struct {
	history
	letters []letter
	floor   position.Position
	// failing is how often of 100 a record or a repair fails.
	failing int
}

// Whatever fails, in whatever order and however late it is sent again, together with
// whatever else: once every dead letter was sent again raw is as if none had failed.
func TestDeadLetterRetriedLateLeavesNoTrace(t *testing.T) {
	for seed := range uint64(400) {
		c := parseContract(t, accounts)
		m := &mending{history: history{
			t: t, r: rand.New(rand.NewPCG(seed, 2)), raw: newFakeRaw(t, c), b: compile(t, c),
			source: map[int]*account{}, full: seed%2 == 0,
		}, failing: 15}
		for range 15 {
			m.batch()
		}
		m.failing = 0
		for range 2 { // what a first pass leaves lacked an image that the first pass brought
			m.again(len(m.letters))
		}
		require.Empty(t, m.letters)
		m.equalsSource()
	}
}

func (m *mending) equalsSource() {
	m.applied = m.source
	m.compare()
}

// batch mixes changes with letters that are sent again.
func (m *mending) batch() {
	if m.r.IntN(8) == 0 {
		m.truncate()
	}
	m.begin()
	sent := map[int64]letter{}
	for range 1 + m.r.IntN(12) {
		if len(m.letters) > 0 && m.r.IntN(3) == 0 {
			at := m.r.IntN(len(m.letters))
			l := m.letters[at]
			m.letters = slices.Delete(m.letters, at, at+1)
			m.send(l, sent)
			continue
		}
		m.send(m.event(m.r.IntN(4)), sent)
	}
	m.finish(sent)
	m.raw.live(m.t)
}

// again sends the n oldest letters, in order.
func (m *mending) again(n int) {
	slices.SortFunc(m.letters, func(a, b letter) int { return a.rec.Header.Version.Compare(b.rec.Header.Version) })
	m.begin()
	sent := map[int64]letter{}
	all := m.letters[:n]
	m.letters = nil
	for _, l := range all {
		m.send(l, sent)
	}
	m.finish(sent)
}

func (m *mending) begin() { m.b.Begin(Place{Incarnation: "i"}) }

// torn is what a worker knows of a key's letters before the batch: the newest version
// below a record, and whether there is any.
func (m *mending) tornBelow(id int, version position.Position, sent map[int64]letter) (newest position.Position, any bool) {
	look := func(l letter) {
		if v := l.rec.Header.Version; l.id == id && l.rec.Header.Flags.Repair() {
			if any = true; v.Before(version) && newest.Before(v) {
				newest = v
			}
		}
	}
	for _, l := range m.letters {
		look(l)
	}
	for _, l := range sent { // they were letters when the batch began
		look(l)
	}
	return newest, any
}

func (m *mending) send(l letter, sent map[int64]letter) {
	m.offset++
	l.rec.Offset = m.offset
	torn, any := m.tornBelow(l.id, l.rec.Header.Version, sent)
	l.rec.Torn, l.rec.Floor = torn, m.floor
	repair := l.rec.Header.Flags.Repair()
	chained := !any && l.rec.Header.Flags.Chained()
	if m.r.IntN(100) < m.failing {
		m.b.counts.Records++
		m.b.counts.Rejected++
		if m.b.first < 0 {
			m.b.first = l.rec.Offset
		}
		m.b.held.tear(xxhash.Sum64(l.rec.Key), l.rec.Header.Version)
		m.keep(l)
		return
	}
	if repair {
		require.False(m.t, l.rec.Header.Version.IsZero())
		sent[l.rec.Offset] = l
	} else {
		sent[l.rec.Offset] = letter{rec: l.rec, id: -1 - l.id}
	}
	require.NoError(m.t, m.b.Add(&l.rec, chained))
}

func (m *mending) keep(l letter) {
	l.rec.Header.Flags |= event.Repair
	m.letters = append(m.letters, l)
}

// finish resolves and inserts the batch; what was refused for its unchanged columns is a
// letter again.
func (m *mending) finish(sent map[int64]letter) {
	rejects, err := m.b.Resolve(m.t.Context(), m.raw)
	require.NoError(m.t, err)
	for _, r := range rejects {
		require.Equal(m.t, Toast, r.Class)
		l := sent[r.Offset]
		if l.id < 0 {
			l.id = -1 - l.id
		}
		m.keep(l)
	}
	repairs := 0
	for _, l := range sent {
		if l.rec.Header.Flags.Repair() {
			repairs++
		}
	}
	for _, r := range rejects {
		if sent[r.Offset].rec.Header.Flags.Repair() {
			repairs--
		}
	}
	require.Len(m.t, m.b.Repairs(), repairs, "every repair has an outcome")
	m.raw.insert(m.t, m.b)
}

// truncate empties the source and raw, as the worker does with a range of its own.
func (m *mending) truncate() {
	m.offset++
	m.commit++
	v := position.Position{Epoch: 1, Commit: uint64(m.commit), Ordinal: 1}
	m.begin()
	live := m.raw.live(m.t)
	for i := range m.raw.meta.rows() {
		if k := m.raw.key(m.raw.cols, i); live[k] == m.raw.image(m.raw.cols, i) {
			m.b.Retract(m.raw.images(i), 0, event.Header{Version: v, Op: event.Truncate}, m.offset)
			delete(live, k)
		}
	}
	m.raw.insert(m.t, m.b)
	m.floor = v
	clear(m.source)
}

// event does something to a key in the source.
func (m *mending) event(id int) letter {
	old := m.source[id]
	m.commit++
	op, row := event.Create, &account{id: id, amount: m.r.IntN(9999), note: fmt.Sprintf("note %d", m.commit)}
	unchanged := ""
	switch {
	case old != nil && m.r.IntN(3) == 0:
		op, row = event.Delete, nil
	case old != nil:
		op = event.Update
		if m.r.IntN(3) == 0 {
			row.note, unchanged = old.note, `,"unchanged":["note"]`
		}
	}
	m.source[id] = row
	before, flags := "null", event.Flags(0)
	if m.full || m.r.IntN(2) == 0 { // the image stands in the record, and is the source's
		before, flags = old.json(true), event.Chained
	}
	return letter{id: id, rec: Record{Key: fmt.Appendf(nil, `{"id":%d}`, id),
		Value:  fmt.Appendf(nil, `{"before":%s,"after":%s%s,"source":{},"op":"%s"}`, before, row.json(unchanged == ""), unchanged, op),
		Header: event.Header{Version: position.Position{Epoch: 1, Commit: uint64(m.commit), Ordinal: 1}, Op: op, Flags: flags, CommitTime: m.commit}}}
}
