package stream

import (
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
)

// Event is one change event. Every slice points into the batch's bytes; nil where the event lacks the field or has null.
type Event struct {
	Kind  Kind
	Token bson.Raw // resume token: resuming after it gives the next event
	Time  clock.Time
	Wall  int64 // the server's time of day at the commit, in microseconds since 1970

	Database, Collection []byte
	ToDatabase, To       []byte // a rename's new name
	Key                  []byte // documentKey: _id, and on sharded collections the shard key
	ID                   rawbson.Element
	Full                 []byte // after an insert or replace: exact; after an update: a look-up
	Before               []byte
	Description          []byte
	Session              []byte // lsid, of a transaction
	Txn                  int64

	fragment, of int32 // 0 of 0: the event was not split
}

// Parse reads an event, or adds a fragment of a split one: fields that doc lacks keep what they had.
func (e *Event) Parse(doc []byte) error {
	it := rawbson.Walk(doc)
	for it.Next() {
		if err := e.take(&it.Element); err != nil {
			return err
		}
	}
	return it.Err()
}

// take stores one field. A field of an unexpected type is left out, and what then lacks is seen by Complete.
func (e *Event) take(f *rawbson.Element) error {
	switch string(f.Key) {
	case "_id":
		e.Token = document(f)
	case "operationType":
		if f.Type == rawbson.String {
			e.Kind = kindOf(rawbson.Text(f.Value))
		}
	case "clusterTime":
		if f.Type == rawbson.Timestamp {
			e.Time = clock.Time(rawbson.AsUint64(f.Value))
		}
	case "wallTime":
		if f.Type == rawbson.DateTime {
			e.Wall = rawbson.AsInt64(f.Value) * 1000
		}
	case "fullDocument":
		e.Full = document(f)
	case "fullDocumentBeforeChange":
		e.Before = document(f)
	case "updateDescription":
		e.Description = document(f)
	case "lsid":
		e.Session = document(f)
	case "txnNumber":
		if f.Type == rawbson.Int64 {
			e.Txn = rawbson.AsInt64(f.Value)
		}
	default:
		return e.takeNames(f)
	}
	return nil
}

func (e *Event) takeNames(f *rawbson.Element) (err error) {
	switch string(f.Key) {
	case "ns":
		e.Database, e.Collection, err = namespace(document(f))
	case "to":
		e.ToDatabase, e.To, err = namespace(document(f))
	case "documentKey":
		e.Key = document(f)
		e.ID, _, err = rawbson.Lookup(e.Key, "_id")
	case "splitEvent":
		err = e.takeSplit(document(f))
	}
	return err
}

func (e *Event) takeSplit(doc []byte) error {
	it := rawbson.Walk(doc)
	for it.Next() {
		switch {
		case it.Type != rawbson.Int32:
		case string(it.Key) == "fragment":
			e.fragment = rawbson.AsInt32(it.Value)
		case string(it.Key) == "of":
			e.of = rawbson.AsInt32(it.Value)
		}
	}
	return it.Err()
}

func document(f *rawbson.Element) []byte {
	if f.Type != rawbson.Document {
		return nil
	}
	return f.Value
}

func namespace(doc []byte) (db, coll []byte, err error) {
	it := rawbson.Walk(doc)
	for it.Next() {
		switch {
		case it.Type != rawbson.String:
		case string(it.Key) == "db":
			db = rawbson.Text(it.Value)
		case string(it.Key) == "coll":
			coll = rawbson.Text(it.Value)
		}
	}
	return db, coll, it.Err()
}

// Check says what an event of its kind lacks. Going on without it would publish something else than what happened.
func (e *Event) Check() error {
	missing := ""
	switch {
	case e.Token == nil:
		missing = "_id (the resume token)"
	case e.Time == 0:
		missing = "clusterTime"
	case e.Kind >= Insert && e.Kind <= Delete && e.ID.Type == 0:
		missing = "documentKey._id"
	case (e.Kind == Insert || e.Kind == Replace) && e.Full == nil:
		missing = "fullDocument"
	case e.Kind >= Insert && e.Kind <= Rename && e.Collection == nil:
		missing = "ns"
	default:
		return nil
	}
	return fmt.Errorf("change event of clusterTime %s has no %s", e.Time, missing)
}
