package stream

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/drivertest"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/xoptions"

	"github.com/tidemark-cdc/tidemark/capture/fault"
)

// The tests below script what mongod says and what no server at hand says of itself: MongoDB's own driver talks to it.

type reply = bson.D

func token(s string) bson.D { return bson.D{{Key: "_data", Value: s}} }

func batch(kind string, cursor int64, post string, docs ...bson.D) reply {
	all := make(bson.A, len(docs))
	for i, d := range docs {
		all[i] = d
	}
	return reply{{Key: "ok", Value: 1}, {Key: "cursor", Value: bson.D{{Key: "id", Value: cursor}, {Key: "ns", Value: "shop.$cmd.aggregate"},
		{Key: kind, Value: all}, {Key: "postBatchResumeToken", Value: token(post)}}}, {Key: "operationTime", Value: bson.Timestamp{T: 9, I: 9}}}
}

func failure(code int, name string, labels ...string) reply {
	d := reply{{Key: "ok", Value: 0}, {Key: "code", Value: code}, {Key: "codeName", Value: name}, {Key: "errmsg", Value: "scripted " + name}}
	if len(labels) > 0 {
		d = append(d, bson.E{Key: "errorLabels", Value: labels})
	}
	return d
}

func inserted(t uint32, id int) bson.D {
	return bson.D{{Key: "_id", Value: token(fmt.Sprint("t", id))}, {Key: "operationType", Value: "insert"}, {Key: "clusterTime", Value: bson.Timestamp{T: t, I: 1}},
		{Key: "ns", Value: bson.D{{Key: "db", Value: "shop"}, {Key: "coll", Value: "a"}}}, {Key: "documentKey", Value: bson.D{{Key: "_id", Value: id}}},
		{Key: "fullDocument", Value: bson.D{{Key: "_id", Value: id}}}}
}

func converse(t *testing.T, replies ...reply) (*Reader, error) {
	opts := options.Client()
	require.NoError(t, xoptions.SetInternalClientOptions(opts, "deployment", drivertest.NewMockDeployment(replies...)))
	client, err := mongo.Connect(opts)
	require.NoError(t, err)
	return Open(t.Context(), client, Request{Collections: []Namespace{{"shop", "a"}}, At: 1 << 32, Await: time.Millisecond, Batch: 10})
}

// all reads until the stream fails.
func all(r *Reader) (batches []Batch, err error) {
	for b := range r.Batches() {
		batches = append(batches, b)
	}
	return batches, r.Err()
}

func TestBatchesAndTokens(t *testing.T) {
	r, err := converse(t, batch("firstBatch", 7, "p0"), batch("nextBatch", 7, "p1", inserted(2, 1), inserted(3, 2)), batch("nextBatch", 7, "p1"), batch("nextBatch", 7, "p2"))
	require.NoError(t, err)
	var got []string
	for range 4 {
		b := <-r.Batches()
		got = append(got, fmt.Sprint(len(b.Docs), " ", b.Token.Lookup("_data").StringValue(), " ", b.Moved, " ", b.Opened))
		require.EqualValues(t, 9<<32|9, b.Served)
	}
	require.Equal(t, []string{"0 p0 false true", "2 p1 true false", "0 p1 false false", "0 p2 true false"}, got)
}

func TestHistoryLost(t *testing.T) {
	lost := map[int]string{286: "ChangeStreamHistoryLost", 280: "ChangeStreamFatalError", 260: "InvalidResumeToken", 136: "CappedPositionLost"}
	for code, name := range lost {
		_, err := converse(t, failure(code, name))
		require.True(t, fault.Is(err, fault.HistoryLost), "%d at the open: %v", code, err)
		require.Equal(t, fault.Operator, fault.ActionOf(err))

		r, err := converse(t, batch("firstBatch", 7, "p0"), batch("nextBatch", 7, "p1", inserted(2, 1)), failure(code, name, "NonResumableChangeStreamError"))
		require.NoError(t, err)
		batches, err := all(r)
		require.True(t, fault.Is(err, fault.HistoryLost), "%d in the stream: %v", code, err)
		require.Len(t, batches[len(batches)-1].Docs, 1, "what came before the failure is handed on")
	}
}

func TestWhoMustAct(t *testing.T) {
	for code, class := range map[int]fault.Class{13: fault.Denied, 18: fault.Denied, 10334: fault.TooLarge, 40573: fault.Setup, 40324: fault.Unsupported} {
		_, err := converse(t, failure(code, "Scripted"))
		require.True(t, fault.Is(err, class), "%d: %v", code, err)
		require.NotEmpty(t, fault.HintOf(err))
	}
	_, err := converse(t, failure(11602, "InterruptedDueToReplStateChange"))
	require.Equal(t, fault.Retry, fault.ActionOf(err))
}

func TestTheDriverResumesWhereItStood(t *testing.T) {
	r, err := converse(t, batch("firstBatch", 7, "p0"), batch("nextBatch", 7, "p1", inserted(2, 1)),
		failure(43, "CursorNotFound", "ResumableChangeStreamError"), // the old cursor's kill gets the next reply
		reply{{Key: "ok", Value: 1}}, batch("firstBatch", 8, "p1"), batch("nextBatch", 8, "p2", inserted(3, 2)))
	require.NoError(t, err)
	var docs []bson.Raw
	var opened []bool
	for len(docs) < 2 {
		b, ok := <-r.Batches()
		require.True(t, ok, r.Err())
		docs = append(docs, b.Docs...)
		opened = append(opened, b.Opened)
	}
	require.Equal(t, []bool{true, false, true, false}, opened, "the empty reply to the second open proves nothing")
	require.Equal(t, "t2", docs[1].Lookup("_id", "_data").StringValue())
}

func TestClosedInGoodOrder(t *testing.T) {
	r, err := converse(t, batch("firstBatch", 7, "p0"), batch("nextBatch", 0, "p1", inserted(2, 1)))
	require.NoError(t, err)
	batches, err := all(r)
	require.ErrorIs(t, err, ErrClosed)
	require.Len(t, batches, 2)
}

// split cuts an event as $changeStreamSplitLargeEvent does: each fragment has a token of its own and some of the fields.
func split(event bson.D, of int) (fragments []bson.D) {
	for i := range of {
		f := bson.D{{Key: "_id", Value: token(fmt.Sprint("f", i+1))}, {Key: "splitEvent", Value: bson.D{{Key: "fragment", Value: int32(i + 1)}, {Key: "of", Value: int32(of)}}}}
		for k, e := range event[1:] {
			if k%of == i {
				f = append(f, e)
			}
		}
		fragments = append(fragments, f)
	}
	return fragments
}

func TestSplitEventsAreWholeAgain(t *testing.T) {
	fragments := split(inserted(5, 3), 3)
	r, err := converse(t, batch("firstBatch", 7, "p0"), batch("nextBatch", 7, "f2", fragments[0], fragments[1]), batch("nextBatch", 7, "p2", fragments[2], inserted(6, 4)))
	require.NoError(t, err)
	var a Assembler
	var events []Event
	for len(events) < 2 {
		b, ok := <-r.Batches()
		require.True(t, ok, r.Err())
		for _, doc := range b.Docs {
			e, whole, err := a.Next(doc)
			require.NoError(t, err)
			require.Equal(t, !whole, a.Open())
			if whole {
				events = append(events, *e)
			}
		}
	}
	require.Equal(t, "f3", events[0].Token.Lookup("_data").StringValue(), "resuming goes on behind the last fragment")
	require.Equal(t, Insert, events[0].Kind)
	require.EqualValues(t, 5<<32|1, events[0].Time)
	require.EqualValues(t, 3, bson.Raw(events[0].Full).Lookup("_id").Int32())
	require.Equal(t, "t4", events[1].Token.Lookup("_data").StringValue())
	require.EqualValues(t, 4, bson.Raw(events[1].Full).Lookup("_id").Int32())
}

func TestFragmentsMustFollowEachOther(t *testing.T) {
	fragments := split(inserted(5, 3), 3)
	for name, order := range map[string][]bson.D{
		"skipped": {fragments[0], fragments[2]}, "begun in the middle": {fragments[1]},
		"broken off": {fragments[0], inserted(6, 4)}, "again": {fragments[0], fragments[0]},
	} {
		var a Assembler
		var err error
		for _, d := range order {
			raw, _ := bson.Marshal(d)
			if _, _, e := a.Next(raw); e != nil {
				err = errors.Join(err, e)
			}
		}
		require.Error(t, err, name)
	}
}

func TestEventsMustBeComplete(t *testing.T) {
	for _, missing := range []string{"_id", "clusterTime", "ns", "documentKey", "fullDocument"} {
		var d bson.D
		for _, e := range inserted(2, 1) {
			if e.Key != missing {
				d = append(d, e)
			}
		}
		raw, _ := bson.Marshal(d)
		var a Assembler
		_, _, err := a.Next(raw)
		require.Error(t, err, missing)
	}
}

func FuzzEvent(f *testing.F) {
	for _, d := range append(split(inserted(5, 3), 2), inserted(1, 1)) {
		raw, _ := bson.Marshal(d)
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		before := bytes.Clone(doc)
		var a Assembler
		e, whole, err := a.Next(doc)
		if err == nil && whole && e.Token == nil {
			t.Fatal("an event without a token")
		}
		if !bytes.Equal(before, doc) {
			t.Fatal("the event was written to")
		}
	})
}
