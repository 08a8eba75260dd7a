package emit

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
	"github.com/tidemark-cdc/tidemark/capture/mongo/resume"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
	"github.com/tidemark-cdc/tidemark/capture/publish"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// kept keeps the last record.
type kept struct {
	key, value string
	header     event.Header
	tombstones []string
	broadcasts int
}

func (k *kept) Append(_ *publish.Topic, key, value []byte, h event.Header) error {
	k.key, k.value, k.header = string(key), string(value), h
	return nil
}

func (k *kept) Tombstone(_ *publish.Topic, key []byte) error {
	k.tombstones = append(k.tombstones, string(key))
	return nil
}

func (k *kept) Broadcast(_ *publish.Topic, key, value []byte, h event.Header) error {
	k.broadcasts++
	return k.Append(nil, key, value, h)
}

func table(t testing.TB) *Table {
	c, err := contract.Parse([]byte("contract: 1\nsource: mongo\ncollection: shop.a\ntarget: shop.a\nkey: [id]\ncolumns: [{name: id, path: _id, type: json}]\n"))
	require.NoError(t, err)
	return NewTable(c, nil, "mongo", &resume.Collection{Done: true, Fuzzy: 5 << 32})
}

func emitter(r Records) *Emitter {
	x := &Emitter{Records: r, Epoch: 1, Lookup: func(context.Context, stream.Namespace, bson.Raw) (bson.Raw, clock.Time, error) {
		return nil, 30 << 32, nil
	}}
	x.Batch(20<<32, false, time.UnixMilli(99))
	return x
}

// change is an event as the server sends it.
func change(t testing.TB, op string, seconds uint32, more ...bson.E) *stream.Event {
	d := append(bson.D{{Key: "_id", Value: bson.D{{Key: "_data", Value: "t"}}}, {Key: "operationType", Value: op}, {Key: "clusterTime", Value: bson.Timestamp{T: seconds}},
		{Key: "wallTime", Value: bson.DateTime(int64(seconds)*1000 + 7)}, {Key: "ns", Value: bson.D{{Key: "db", Value: "shop"}, {Key: "coll", Value: "a"}}},
		{Key: "documentKey", Value: bson.D{{Key: "_id", Value: "k"}}}}, more...)
	raw, err := bson.Marshal(d)
	require.NoError(t, err)
	var a stream.Assembler
	e, _, err := a.Next(raw)
	require.NoError(t, err)
	return e
}

func doc(v int) bson.D { return bson.D{{Key: "_id", Value: "k"}, {Key: "v", Value: v}} }

func described(v int) bson.E {
	return bson.E{Key: "updateDescription", Value: bson.D{{Key: "updatedFields", Value: bson.D{{Key: "v", Value: v}}}, {Key: "removedFields", Value: bson.A{}}}}
}

const source = `"source":{"version":"0.1.0","connector":"mongodb","name":"mongo","db":"shop","collection":"a","snapshot":"false","ts_ms":`

func TestRecords(t *testing.T) {
	full, before := bson.E{Key: "fullDocument", Value: doc(2)}, bson.E{Key: "fullDocumentBeforeChange", Value: doc(1)}
	one, two := `"{\"_id\":\"k\",\"v\":1}"`, `"{\"_id\":\"k\",\"v\":2}"`
	at := source + `9007,"ts_us":9007000,"ord":1`
	for name, c := range map[string]struct {
		e     *stream.Event
		want  string
		flags event.Flags
	}{
		"insert":                      {change(t, "insert", 9, full), `{"before":null,"after":` + two + `,` + at + `},"op":"c","ts_ms":99}`, event.Chained},
		"replace":                     {change(t, "replace", 9, full, before), `{"before":` + one + `,"after":` + two + `,` + at + `},"op":"u","ts_ms":99}`, event.Chained},
		"replace without pre-image":   {change(t, "replace", 9, full), `{"before":null,"after":` + two + `,` + at + `},"op":"u","ts_ms":99}`, 0},
		"update":                      {change(t, "update", 9, described(2), before), `{"before":` + one + `,"after":` + two + `,` + at + `},"op":"u","ts_ms":99}`, event.Chained},
		"update, look-up missed":      {change(t, "update", 9, described(2)), `{"before":null,"after":null,` + at + `,"lookup_missed":true},"op":"u","ts_ms":99}`, 0},
		"delete":                      {change(t, "delete", 9, before), `{"before":` + one + `,"after":null,` + at + `},"op":"d","ts_ms":99}`, event.Chained},
		"delete without pre-image":    {change(t, "delete", 9), `{"before":null,"after":null,` + at + `},"op":"d","ts_ms":99}`, 0},
		"below what a look-up showed": {change(t, "replace", 5, full, before), `{"before":` + one + `,"after":` + two + `,` + source + `5007,"ts_us":5007000,"ord":1},"op":"u","ts_ms":99}`, 0},
		"in a transaction": {change(t, "insert", 9, full, bson.E{Key: "txnNumber", Value: int64(3)}, bson.E{Key: "lsid", Value: bson.D{{Key: "id", Value: 1}}}),
			`{"before":null,"after":` + two + `,` + at + `,"txnNumber":3,"lsid":"{\"id\":1}"},"op":"c","ts_ms":99}`, event.Chained},
	} {
		t.Run(name, func(t *testing.T) {
			var k kept
			tt := table(t)
			require.NoError(t, emitter(&k).Event(t.Context(), tt, c.e))
			require.Equal(t, `{"id":"\"k\""}`, k.key)
			require.Equal(t, c.want, k.value)
			require.Equal(t, c.flags, k.header.Flags)
			require.Equal(t, position.Position{Epoch: 1, Commit: uint64(c.e.Time), Ordinal: 1}, k.header.Version)
			require.Equal(t, tt.Contract.ID(), k.header.Schema)
			require.Equal(t, c.e.Wall, k.header.CommitTime)
			if c.e.Kind == stream.Delete {
				require.Equal(t, []string{k.key}, k.tombstones)
			} else {
				require.Empty(t, k.tombstones)
			}
		})
	}
}

// TestLookedUpBreaksTheChain: an image from a look-up may show what later events do, so those do not continue it.
func TestLookedUpBreaksTheChain(t *testing.T) {
	var k kept
	x, tt := emitter(&k), table(t)
	require.NoError(t, x.Event(t.Context(), tt, change(t, "update", 9, described(2))))
	require.EqualValues(t, 30<<32, tt.State.Fuzzy, "the look-up's own time")
	before := bson.E{Key: "fullDocumentBeforeChange", Value: doc(1)}
	require.NoError(t, x.Event(t.Context(), tt, change(t, "update", 30, described(2), before)))
	require.Zero(t, k.header.Flags)
	require.NoError(t, x.Event(t.Context(), tt, change(t, "update", 31, described(2), before)))
	require.Equal(t, event.Chained, k.header.Flags)

	x.Batch(50<<32, true, time.UnixMilli(0)) // the server looks up
	require.NoError(t, x.Event(t.Context(), tt, change(t, "update", 32, described(2), bson.E{Key: "fullDocument", Value: doc(7)})))
	require.Contains(t, k.value, `\"v\":7`)
	require.EqualValues(t, 50<<32, tt.State.Fuzzy, "the reply's time")
}

// TestUnfitPreImageFallsBack: a pre-image that is not this update's must not be patched.
func TestUnfitPreImageFallsBack(t *testing.T) {
	var k kept
	x := emitter(&k)
	x.Batch(50<<32, true, time.UnixMilli(0))
	gone := bson.E{Key: "updateDescription", Value: bson.D{{Key: "updatedFields", Value: bson.D{}}, {Key: "removedFields", Value: bson.A{"nosuch"}}}}
	require.NoError(t, x.Event(t.Context(), table(t), change(t, "update", 9, gone, bson.E{Key: "fullDocumentBeforeChange", Value: doc(1)}, bson.E{Key: "fullDocument", Value: doc(7)})))
	require.Contains(t, k.value, `\"v\":7`)
	require.Zero(t, k.header.Flags)
	require.EqualValues(t, 1, x.Counts.Unapplied)
}

func TestOrdinalsCountPerCollectionAndClusterTime(t *testing.T) {
	var k kept
	x, a, b := emitter(&k), table(t), table(t)
	full := bson.E{Key: "fullDocument", Value: doc(2)}
	var got []uint64
	for _, s := range []struct {
		t  *Table
		at uint32
	}{{a, 9}, {a, 9}, {b, 9}, {a, 9}, {a, 10}, {b, 10}} {
		require.NoError(t, x.Event(t.Context(), s.t, change(t, "insert", s.at, full)))
		got = append(got, k.header.Version.Ordinal)
	}
	require.Equal(t, []uint64{1, 2, 1, 3, 1, 1}, got)
}

func TestSnapshotRecords(t *testing.T) {
	var k kept
	x, tt := emitter(&k), table(t)
	raw, err := bson.Marshal(doc(1))
	require.NoError(t, err)
	b := Boundary{At: 9 << 32, Wall: 9_000_007}
	require.NoError(t, x.Row(tt, b, raw))
	require.Equal(t, `{"before":null,"after":"{\"_id\":\"k\",\"v\":1}","source":{"version":"0.1.0","connector":"mongodb","name":"mongo","db":"shop","collection":"a","snapshot":"true","ts_ms":9000,"ts_us":9000007,"ord":0},"op":"r","ts_ms":99}`, k.value)
	require.Equal(t, position.Position{Epoch: 1, Commit: 9 << 32, Ordinal: position.MaxOrdinal}, k.header.Version)
	require.Zero(t, k.header.Flags)
	require.NoError(t, x.Mark(tt, b, event.Marker{Kind: event.SnapshotBegin, Snapshot: "s"}))
	require.Equal(t, event.Marking, k.header.Op)
	require.Equal(t, 1, k.broadcasts)
}

// nothing takes records and keeps none.
type nothing struct{}

func (nothing) Append(*publish.Topic, []byte, []byte, event.Header) error    { return nil }
func (nothing) Tombstone(*publish.Topic, []byte) error                       { return nil }
func (nothing) Broadcast(*publish.Topic, []byte, []byte, event.Header) error { return nil }

func order(v int) bson.D {
	return bson.D{{Key: "_id", Value: "k"}, {Key: "customer", Value: bson.NewObjectID()}, {Key: "status", Value: "paid"}, {Key: "total", Value: bson.NewDecimal128(0x3040000000000000, 12345)},
		{Key: "items", Value: bson.A{bson.D{{Key: "sku", Value: "a"}, {Key: "n", Value: 1}}, bson.D{{Key: "sku", Value: "b"}, {Key: "n", Value: 2}}}},
		{Key: "shipping", Value: bson.D{{Key: "street", Value: "Sesame Street 1"}, {Key: "city", Value: "New York"}}}, {Key: "at", Value: bson.DateTime(1_700_000_000_000)}, {Key: "v", Value: v}}
}

func BenchmarkUpdate(b *testing.B) {
	x, tt := emitter(nothing{}), table(b)
	e := change(b, "update", 9, described(2), bson.E{Key: "fullDocumentBeforeChange", Value: order(1)})
	b.ReportAllocs()
	for b.Loop() {
		if err := x.Event(context.Background(), tt, e); err != nil {
			b.Fatal(err)
		}
	}
}

func TestNothingIsAllocatedPerEvent(t *testing.T) {
	x, tt := emitter(nothing{}), table(t)
	e := change(t, "update", 9, described(2), bson.E{Key: "fullDocumentBeforeChange", Value: order(1)})
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = x.Event(context.Background(), tt, e) }))
}
