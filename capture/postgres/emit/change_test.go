package emit

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
	"github.com/tidemark-cdc/tidemark/capture/publish"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/pgtype"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// taken is a record as it was handed over; key and value are copied, as the emitter reuses them.
type taken struct {
	key, value string
	nullKey    bool
	kind       string // append, tombstone, broadcast
	event.Header
}

type recorder struct{ all []taken }

func (r *recorder) Append(_ *publish.Topic, key, value []byte, h event.Header) error {
	r.all = append(r.all, taken{string(key), string(value), key == nil, "append", h})
	return nil
}
func (r *recorder) Tombstone(_ *publish.Topic, key []byte) error {
	r.all = append(r.all, taken{key: string(key), kind: "tombstone"})
	return nil
}
func (r *recorder) Broadcast(_ *publish.Topic, key, value []byte, h event.Header) error {
	r.all = append(r.all, taken{string(key), string(value), key == nil, "broadcast", h})
	return nil
}

var columns = []pgoutput.Column{{Name: "id", Type: pgtype.Int4, Key: true}, {Name: "name", Type: 25}, {Name: `no"te`, Type: 25}}

func newTable(t testing.TB, key string, columns []pgoutput.Column) *Table {
	c, err := contract.Parse([]byte("{contract: 1, source: pg, table: public.item, target: shop.item, key: [" + key + "], columns: [{name: id, type: integer}, {name: other, type: integer}]}"))
	require.NoError(t, err)
	table, err := NewTable(Origin{Source: "pg", Database: "shop"}, c, &publish.Topic{}, columns, pgtype.Catalog{})
	require.NoError(t, err)
	return table
}

// tuple encodes a row as pgoutput does: nil is null, "?" is unchanged.
func tuple(values ...any) []byte {
	b := []byte{0, byte(len(values))}
	for _, v := range values {
		switch v {
		case nil:
			b = append(b, 'n')
		case "?":
			b = append(b, 'u')
		default:
			s := v.(string)
			b = append(append(b, 't', 0, 0, byte(len(s)>>8), byte(len(s))), s...)
		}
	}
	return b
}

func message(kind byte, parts ...any) []byte {
	b := []byte{kind, 0, 0, 0, 7}
	for _, p := range parts {
		switch p := p.(type) {
		case byte:
			b = append(b, p)
		case []byte:
			b = append(b, p...)
		}
	}
	return b
}

func begun(r Records) *Transaction {
	x := NewTransaction(r, 3)
	x.Begin(&pgoutput.Begin{CommitLSN: 1000, CommitTime: 1_700_000_000_123_456, XID: 77})
	x.Now(1_700_000_001_000)
	return x
}

const source = `,"source":{"version":"0.1.0","connector":"postgresql","name":"pg","db":"shop","schema":"public","table":"item","snapshot":"false","ts_ms":1700000000123,"ts_us":1700000000123456,"txId":77,"lsn":900},`

func end(op string) string { return source + `"op":"` + op + `","ts_ms":1700000001000}` }

func TestEnvelopes(t *testing.T) {
	version := func(n uint64) position.Position {
		return position.Position{Epoch: 3, Commit: 1000, Ordinal: n}
	}
	type want struct {
		kind, key, value string
		op               event.Op
		flags            event.Flags
		ordinal          uint64
	}
	const k, o, n byte = 'K', 'O', 'N'
	for name, c := range map[string]struct {
		message []byte
		want    []want
	}{
		"insert": {message('I', n, tuple("1", "one", nil)),
			[]want{{"append", `{"id":1}`, `{"before":null,"after":{"id":1,"name":"one","no\"te":null}` + end("c"), 'c', event.Chained, 1}}},
		"update, key only in the log": {message('U', n, tuple("1", "uno", "x")),
			[]want{{"append", `{"id":1}`, `{"before":null,"after":{"id":1,"name":"uno","no\"te":"x"}` + end("u"), 'u', 0, 1}}},
		"update, key only, unchanged TOAST": {message('U', n, tuple("1", "uno", "?")),
			[]want{{"append", `{"id":1}`, `{"before":null,"after":{"id":1,"name":"uno"},"unchanged":["no\"te"]` + end("u"), 'u', 0, 1}}},
		"update, full": {message('U', o, tuple("1", "one", nil), n, tuple("1", "uno", "x")),
			[]want{{"append", `{"id":1}`, `{"before":{"id":1,"name":"one","no\"te":null},"after":{"id":1,"name":"uno","no\"te":"x"}` + end("u"), 'u', event.Chained, 1}}},
		"update, full, unchanged TOAST is in the old row": {message('U', o, tuple("1", "one", "big"), n, tuple("1", "uno", "?")),
			[]want{{"append", `{"id":1}`, `{"before":{"id":1,"name":"one","no\"te":"big"},"after":{"id":1,"name":"uno","no\"te":"big"}` + end("u"), 'u', event.Chained, 1}}},
		"key change, key only": {message('U', k, tuple("1", nil, nil), n, tuple("2", "uno", "x")),
			[]want{{"append", `{"id":1}`, `{"before":{"id":1},"after":null` + end("d"), 'd', 0, 1}, {"tombstone", `{"id":1}`, "", 0, 0, 0},
				{"append", `{"id":2}`, `{"before":null,"after":{"id":2,"name":"uno","no\"te":"x"}` + end("c"), 'c', event.Chained, 2}}},
		"key change, key only, unchanged TOAST": {message('U', k, tuple("1", nil, nil), n, tuple("2", "uno", "?")),
			[]want{{"append", `{"id":1}`, `{"before":{"id":1},"after":null` + end("d"), 'd', 0, 1}, {"tombstone", `{"id":1}`, "", 0, 0, 0},
				{"append", `{"id":2}`, `{"before":null,"after":{"id":2,"name":"uno"},"unchanged":["no\"te"]` + end("c"), 'c', 0, 2}}},
		"key change, full": {message('U', o, tuple("1", "one", "big"), n, tuple("2", "uno", "?")),
			[]want{{"append", `{"id":1}`, `{"before":{"id":1,"name":"one","no\"te":"big"},"after":null` + end("d"), 'd', event.Chained, 1}, {"tombstone", `{"id":1}`, "", 0, 0, 0},
				{"append", `{"id":2}`, `{"before":null,"after":{"id":2,"name":"uno","no\"te":"big"}` + end("c"), 'c', event.Chained, 2}}},
		"the replica identity changed, the key did not": {message('U', k, tuple("1", nil, nil), n, tuple("1", "uno", "x")),
			[]want{{"append", `{"id":1}`, `{"before":null,"after":{"id":1,"name":"uno","no\"te":"x"}` + end("u"), 'u', 0, 1}}},
		"delete, key only": {message('D', k, tuple("1", nil, nil)),
			[]want{{"append", `{"id":1}`, `{"before":{"id":1},"after":null` + end("d"), 'd', 0, 1}, {"tombstone", `{"id":1}`, "", 0, 0, 0}}},
		"delete, full": {message('D', o, tuple("1", "one", nil)),
			[]want{{"append", `{"id":1}`, `{"before":{"id":1,"name":"one","no\"te":null},"after":null` + end("d"), 'd', event.Chained, 1}, {"tombstone", `{"id":1}`, "", 0, 0, 0}}},
		"a value that is not of its type": {message('I', n, tuple("many", "one", nil)),
			[]want{{"append", `{"id":"many"}`, `{"before":null,"after":{"id":"many","name":"one","no\"te":null}` + end("c"), 'c', event.Chained, 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			var r recorder
			x, table := begun(&r), newTable(t, "id", columns)
			require.NoError(t, x.emit(table, c.message))
			require.Len(t, r.all, len(c.want))
			for i, w := range c.want {
				got := r.all[i]
				require.Equal(t, w.kind, got.kind)
				require.Equal(t, w.key, got.key)
				require.Equal(t, w.value, got.value)
				if w.kind == "append" {
					require.True(t, json.Valid([]byte(got.value)))
					require.Equal(t, event.Header{Version: version(w.ordinal), Op: w.op, Flags: w.flags, Schema: table.Contract.ID(), CommitTime: 1_700_000_000_123_456}, got.Header)
				}
			}
		})
	}
}

// emit dispatches as the capture's loop does.
func (x *Transaction) emit(t *Table, m []byte) error {
	switch pgoutput.Kind(m[0]) {
	case pgoutput.KindInsert:
		return x.Insert(t, m, 900)
	case pgoutput.KindUpdate:
		return x.Update(t, m, 900)
	}
	return x.Delete(t, m, 900)
}

// Ordinals depend on what the server sends alone, so that a transaction that is sent again gets the same ones.
func TestOrdinals(t *testing.T) {
	insert, update := message('I', byte('N'), tuple("1", "a", "b")), message('U', byte('N'), tuple("1", "a", "b"))
	var r recorder
	x, table := begun(&r), newTable(t, "id", columns)
	require.NoError(t, x.emit(table, insert))
	x.Skip(pgoutput.KindUpdate)
	require.NoError(t, x.emit(table, update))
	x.Skip(pgoutput.KindInsert)
	x.Skip(pgoutput.KindTruncate)
	require.NoError(t, x.Truncated(table, 900))
	require.NoError(t, x.emit(table, insert))
	var got []uint64
	for _, rec := range r.all {
		got = append(got, rec.Version.Ordinal)
	}
	require.Equal(t, []uint64{1, 4, 8, 9}, got)
	x.Begin(&pgoutput.Begin{CommitLSN: 1001})
	require.NoError(t, x.emit(table, insert))
	require.NoError(t, x.emit(table, insert))
	require.Equal(t, position.Position{Epoch: 3, Commit: 1001, Ordinal: 1}, r.all[4].Version)
	require.Equal(t, position.Position{Epoch: 3, Commit: 1001, Ordinal: 2}, r.all[5].Version)
}

func TestTruncateGoesToEveryPartition(t *testing.T) {
	var r recorder
	x := begun(&r)
	require.NoError(t, x.Truncated(newTable(t, "id", columns), 900))
	require.Equal(t, "broadcast", r.all[0].kind)
	require.True(t, r.all[0].nullKey)
	require.Equal(t, `{"before":null,"after":null`+end("t"), r.all[0].value)
	require.Equal(t, event.Truncate, r.all[0].Op)
}

func TestTableWithoutAKey(t *testing.T) {
	var r recorder
	x, table := begun(&r), newTable(t, "", columns)
	require.NoError(t, x.emit(table, message('I', byte('N'), tuple("1", "a", "b"))))
	require.NoError(t, x.emit(table, message('D', byte('O'), tuple("1", "a", "b"))))
	require.Len(t, r.all, 2, "no tombstone without a key")
	require.True(t, r.all[0].nullKey)
	require.True(t, r.all[1].nullKey)
}

func TestKeyMustBeInTheTableAndInOldRows(t *testing.T) {
	c := newTable(t, "id", columns).Contract
	_, err := NewTable(Origin{}, c, nil, columns[1:], pgtype.Catalog{})
	require.Equal(t, fault.Unsupported, fault.ClassOf(err))
	var r recorder
	x, table := begun(&r), newTable(t, "id", []pgoutput.Column{{Name: "id", Type: 23}, {Name: "name", Type: 25, Key: true}})
	err = x.emit(table, message('D', byte('K'), tuple(nil, "a")))
	require.Equal(t, fault.Setup, fault.ClassOf(err))
	require.Error(t, x.emit(table, message('I', byte('N'), tuple("1"))), "a row of another shape")
}

func TestSnapshotRow(t *testing.T) {
	s := Snapshot{Epoch: 3, LSN: 900, Time: 1_700_000_000_123_456}
	table := newTable(t, "id", columns)
	b, key := s.AppendRow(nil, table, pgoutput.Tuple{{State: pgoutput.Text, Data: []byte("1")}, {State: pgoutput.Null}, {State: pgoutput.Text, Data: []byte("x")}}, 5)
	require.Equal(t, `{"id":1}`, string(b[:key]))
	require.Equal(t, `{"before":null,"after":{"id":1,"name":null,"no\"te":"x"},"source":{"version":"0.1.0","connector":"postgresql","name":"pg","db":"shop","schema":"public","table":"item","snapshot":"true","ts_ms":1700000000123,"ts_us":1700000000123456,"lsn":900},"op":"r","ts_ms":5}`, string(b[key:]))
	h := s.Header(table, event.Read)
	require.Equal(t, position.Position{Epoch: 3, Commit: 900}, h.Version)
	require.True(t, h.Flags.Chained())
}

// nothing takes everything and keeps nothing.
type nothing struct{}

func (nothing) Append(*publish.Topic, []byte, []byte, event.Header) error    { return nil }
func (nothing) Tombstone(*publish.Topic, []byte) error                       { return nil }
func (nothing) Broadcast(*publish.Topic, []byte, []byte, event.Header) error { return nil }

var wide = []pgoutput.Column{{Name: "id", Type: pgtype.Int8, Key: true}, {Name: "order_id", Type: 25}, {Name: "user_id", Type: pgtype.Int8}, {Name: "amount", Type: 1700}, {Name: "currency", Type: 1042},
	{Name: "method", Type: 25}, {Name: "status", Type: 25}, {Name: "created_at", Type: pgtype.TimestampTZ}, {Name: "updated_at", Type: pgtype.TimestampTZ}}

func wideRow() []byte {
	return tuple("123456", "ORD-000000007919", "104729", "123.45", "USD", "card", "captured", "2026-11-23 15:45:01.123456+00", nil)
}

func TestNoAllocationPerRow(t *testing.T) {
	x, table := begun(nothing{}), newTable(t, "id", wide)
	for _, m := range [][]byte{message('I', byte('N'), wideRow()), message('U', byte('O'), wideRow(), byte('N'), wideRow()), message('D', byte('O'), wideRow())} {
		require.Zero(t, testing.AllocsPerRun(100, func() { _ = x.emit(table, m) }))
	}
}

// BenchmarkInsert is decode and encode of one row of nine columns, without the broker.
func BenchmarkInsert(b *testing.B) {
	x, table, m := begun(nothing{}), newTable(b, "id", wide), message('I', byte('N'), wideRow())
	b.ReportAllocs()
	for b.Loop() {
		if err := x.emit(table, m); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUpdateFull(b *testing.B) {
	x, table, m := begun(nothing{}), newTable(b, "id", wide), message('U', byte('O'), wideRow(), byte('N'), wideRow())
	b.ReportAllocs()
	for b.Loop() {
		if err := x.emit(table, m); err != nil {
			b.Fatal(err)
		}
	}
}
