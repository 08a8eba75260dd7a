package rows

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

const accounts = `contract: 1
source: pg
table: public.accounts
target: shop.accounts
key: [id]
columns:
  - {name: id, type: integer}
  - {name: amount, type: "numeric(6,2)"}
  - {name: note, type: text, nullable: true}
`

// account is a row of the source; note is large, so an update may leave it out.
type account struct {
	id, amount int
	note       string
}

func (a *account) json(withNote bool) string {
	if a == nil {
		return "null"
	}
	if !withNote {
		return fmt.Sprintf(`{"id":%d,"amount":"%d.00"}`, a.id, a.amount)
	}
	return fmt.Sprintf(`{"id":%d,"amount":"%d.00","note":%q}`, a.id, a.amount, a.note)
}

// history is a random source and what becomes of it in raw.
type history struct {
	t   *testing.T
	r   *rand.Rand
	raw *fakeRaw
	b   *Builder

	source map[int]*account
	// applied is the newest image that was not refused, nil for none.
	applied map[int]*account
	// torn is the version of a key's newest dead letter.
	torn map[int]position.Position
	// below is torn as it was when the batch began: what a worker knows of.
	below          map[int]position.Position
	offset, commit int64
	// full says that before images are whole (REPLICA IDENTITY FULL).
	full    bool
	pending []pendingRecord
}

type pendingRecord struct {
	offset  int64
	id      int
	version position.Position
	row     *account
}

// Whatever happens to a handful of keys, in batches cut anywhere, with images that can
// be believed or not, with dead letters and columns left out: per key the signs sum to
// 0 or 1 and what remains is the newest image that was not refused.
func TestTheInvariantHoldsForEveryHistory(t *testing.T) {
	for seed := range uint64(300) {
		c := parseContract(t, accounts)
		h := &history{
			t: t, r: rand.New(rand.NewPCG(seed, 1)), raw: newFakeRaw(t, c), b: compile(t, c),
			source: map[int]*account{}, applied: map[int]*account{}, torn: map[int]position.Position{}, full: seed%2 == 0,
		}
		for range 20 {
			h.batch()
		}
	}
}

// batch adds some changes, resolves and inserts them, and checks raw.
func (h *history) batch() {
	h.b.Begin(Place{Incarnation: "i"})
	h.pending = h.pending[:0]
	h.below = maps.Clone(h.torn)
	for range 1 + h.r.IntN(12) {
		h.change(h.r.IntN(4))
	}
	rejects, err := h.b.Resolve(h.t.Context(), h.raw)
	require.NoError(h.t, err)
	refused := map[int64]bool{}
	for _, r := range rejects {
		require.Equal(h.t, Toast, r.Class)
		require.False(h.t, h.full, "a whole before image has every column")
		refused[r.Offset] = true
	}
	for _, p := range h.pending {
		if refused[p.offset] {
			h.tear(p.id, p.version)
		} else {
			h.applied[p.id] = p.row
		}
	}
	h.raw.insert(h.t, h.b)
	h.compare()
}

// compare holds what remains in raw against what was applied.
func (h *history) compare() {
	want := []string{}
	for _, a := range h.applied {
		if a != nil {
			want = append(want, a.json(true))
		}
	}
	got := []string{}
	live := h.raw.live(h.t)
	for i := range h.raw.meta.rows() {
		image := h.raw.image(h.raw.cols, i)
		if k := h.raw.key(h.raw.cols, i); live[k] == image {
			got = append(got, h.read(i))
			delete(live, k)
		}
	}
	require.ElementsMatch(h.t, want, got)
}

// read gives a row of raw back as JSON.
func (h *history) read(i int) string {
	value := func(c int) string {
		b := h.raw.cols[c].AppendValue(nil, i)
		return string(b)
	}
	id := value(0)[0]
	amount := 0
	for j, c := range []byte(value(1)) {
		amount += int(c) << (8 * j)
	}
	return fmt.Sprintf(`{"id":%d,"amount":"%d.00","note":%q}`, id, amount/100, value(2)[2:])
}

// change does something to a key in the source and adds the record.
func (h *history) change(id int) {
	old := h.source[id]
	h.offset++
	h.commit++
	op, row := event.Create, &account{id: id, amount: h.r.IntN(9999), note: strings.Repeat("n", h.r.IntN(4)) + fmt.Sprint(h.commit)}
	unchanged := ""
	switch {
	case old != nil && h.r.IntN(4) == 0:
		op, row = event.Delete, nil
	case old != nil:
		op = event.Update
		if h.r.IntN(2) == 0 {
			row.note, unchanged = old.note, `,"unchanged":["note"]`
		}
	case h.r.IntN(3) == 0:
		op = event.Read
	}
	bad := row != nil && h.r.IntN(8) == 0
	if bad {
		row.amount += 100_000
	}
	h.source[id] = row
	before, chained := "null", h.chained(id)
	if old != nil && (h.full || chained) {
		before = old.json(true)
	}
	value := fmt.Appendf(nil, `{"before":%s,"after":%s%s,"source":{},"op":"%s"}`, before, row.json(unchanged == ""), unchanged, op)
	h.add(id, op, row, value, chained, bad)
}

// chained is what a worker would say: never where an earlier batch's dead letter broke
// the chain, and else as the record's flag, which is only set when it is true.
func (h *history) chained(id int) bool {
	if _, torn := h.below[id]; torn {
		return false
	}
	return h.r.IntN(2) == 0
}

func (h *history) add(id int, op event.Op, row *account, value []byte, chained, bad bool) {
	version := position.Position{Epoch: 1, Commit: uint64(h.commit), Ordinal: 1}
	rec := &Record{
		Offset: h.offset, Key: fmt.Appendf(nil, `{"id":%d}`, id), Value: value, Torn: h.below[id],
		Header: event.Header{Version: version, Op: op, CommitTime: h.commit},
	}
	err := h.b.Add(rec, chained)
	if !bad {
		require.NoError(h.t, err, string(value))
		h.pending = append(h.pending, pendingRecord{h.offset, id, version, row})
		return
	}
	var reject *Reject
	require.ErrorAs(h.t, err, &reject)
	require.Equal(h.t, Range, reject.Class)
	require.Equal(h.t, "amount", reject.Column)
	h.tear(id, version)
}

func (h *history) tear(id int, version position.Position) {
	if h.torn[id].Before(version) {
		h.torn[id] = version
	}
}
