package mongo

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/extjson"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// reader applies a topic's records as a sink does and checks on the way what capture promises of them.
type reader struct {
	t       testing.TB
	live    map[string]row
	ops     map[event.Op]int
	chained int
	sent    int // records that were known by their version
	late    int // rows of a snapshot among them: older than what was published before
	events  map[position.Position]string
}

type row struct {
	doc     string
	version position.Position
}

// apply reads all partitions of a collection's topic.
func (r *rig) apply(collection string) *reader {
	r.t.Helper()
	rd := &reader{t: r.t, live: map[string]row{}, ops: map[event.Op]int{}, events: map[position.Position]string{}}
	for p := range 3 {
		rd.partition(r.read(r.topic(collection), p))
	}
	return rd
}

type envelope struct {
	Before, After *string
	Op            string
	Source        struct {
		Missed   bool `json:"lookup_missed"`
		Snapshot string
		Ord      uint64
	}
}

func (rd *reader) partition(all []record) {
	var high, begin position.Position
	var snapshot string
	mine := map[string]bool{}
	for i, rec := range all {
		if rec.header == nil {
			require.True(rd.t, rec.null)
			require.Equal(rd.t, event.Delete, all[i-1].header.Op)
			require.Equal(rd.t, all[i-1].key, rec.key)
			continue
		}
		h := *rec.header
		if h.Op == event.Marking {
			m, err := event.ParseMarker([]byte(rec.value))
			require.NoError(rd.t, err)
			switch m.Kind {
			case event.SnapshotBegin:
				snapshot, begin = m.Snapshot, h.Version
			case event.SnapshotEnd:
				require.Equal(rd.t, snapshot, m.Snapshot)
				rd.forget(mine, func(v position.Position) bool { return v.Before(begin) })
				snapshot = ""
			}
			continue
		}
		rd.once(rec, h)
		order := h.Version.Compare(high)
		if order < 0 || order == 0 && h.Op != event.Read {
			rd.sent++
			if h.Op == event.Read {
				rd.late++
			}
			continue
		}
		high = h.Version
		if h.Op == event.Truncate {
			rd.ops[h.Op]++
			rd.forget(mine, func(position.Position) bool { return true })
			continue
		}
		mine[rec.key] = true
		rd.change(rec, h, snapshot != "")
	}
}

// once holds that a position of the topic is one event's: what comes again under it is the same.
func (rd *reader) once(rec record, h event.Header) {
	if h.Op == event.Read || h.Op == event.Truncate { // a read's rows share one, and a truncate is in every partition
		return
	}
	what := string(rune(h.Op)) + rec.key
	first, known := rd.events[h.Version]
	require.True(rd.t, !known || first == what, "%s is %s and %s", h.Version, first, what)
	rd.events[h.Version] = what
}

func (rd *reader) forget(keys map[string]bool, which func(position.Position) bool) {
	for k := range keys {
		if row, ok := rd.live[k]; ok && which(row.version) {
			delete(rd.live, k)
		}
	}
}

func (rd *reader) change(rec record, h event.Header, open bool) {
	var e envelope
	require.NoError(rd.t, json.Unmarshal([]byte(rec.value), &e), rec.value)
	parsed, err := wire.ParseEnvelope([]byte(rec.value))
	require.NoError(rd.t, err)
	require.Equal(rd.t, h.Op, parsed.Op)
	rd.ops[h.Op]++
	if h.Flags.Chained() {
		rd.chained++
		require.False(rd.t, open, "a chained record while a snapshot is open")
		held, ok := rd.live[rec.key]
		require.Equal(rd.t, ok, e.Before != nil, "%s: %s", h.Version, rec.value)
		if ok {
			require.Equal(rd.t, canonical(rd.t, held.doc), canonical(rd.t, *e.Before), h.Version.String())
		}
	}
	switch {
	case e.After != nil:
		rd.live[rec.key] = row{*e.After, h.Version}
	case h.Op == event.Delete:
		delete(rd.live, rec.key)
	default:
		require.True(rd.t, e.Source.Missed, rec.value)
	}
}

// canonical makes documents comparable whatever the order of their fields.
func canonical(t testing.TB, doc string) any {
	var v any
	require.NoError(t, json.Unmarshal([]byte(doc), &v))
	return v
}

// requireSame holds what the topic says against the collection.
func (r *rig) requireSame(collection string) *reader {
	r.t.Helper()
	rd := r.apply(collection)
	cursor, err := r.db.Collection(collection).Find(r.t.Context(), bson.D{})
	require.NoError(r.t, err)
	want := map[string]any{}
	for cursor.Next(r.t.Context()) {
		id := cursor.Current.Lookup("_id")
		key, err := extjson.AppendValueQuoted([]byte(`{"id":`), typeOf(id), id.Value)
		require.NoError(r.t, err)
		doc, err := extjson.Append(nil, cursor.Current)
		require.NoError(r.t, err)
		want[string(key)+"}"] = canonical(r.t, string(doc))
	}
	require.NoError(r.t, cursor.Err())
	got := map[string]any{}
	for k, row := range rd.live {
		got[k] = canonical(r.t, row.doc)
	}
	require.Equal(r.t, len(want), len(got))
	require.Equal(r.t, want, got)
	return rd
}
