package emit

import (
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/extjson"
	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// record is what one envelope says.
type record struct {
	op            event.Op
	before, after []byte // BSON documents; nil: null
	missed        bool
	ordinal       uint64
}

// writeKey sets the record key: {"id":"<_id as extended JSON>"}.
func (x *Emitter) writeKey(id rawbson.Element) error {
	b, err := extjson.AppendValueQuoted(append(x.key[:0], `{"id":`...), id.Type, id.Value)
	x.key = append(b, '}')
	return unreadable("_id", err)
}

// writeValue sets the envelope of an event.
func (x *Emitter) writeValue(t *Table, e *stream.Event, r record) error {
	if err := x.writeImages(r.before, r.after); err != nil {
		return err
	}
	v := t.template.Append(x.value, Wall(e), false)
	v = append(v, `,"ord":`...)
	v = strconv.AppendUint(v, r.ordinal, 10)
	if e.Session != nil {
		v = append(v, `,"txnNumber":`...)
		v = strconv.AppendInt(v, e.Txn, 10)
		v = append(v, `,"lsid":`...)
		var err error
		if v, err = extjson.AppendQuoted(v, e.Session); err != nil {
			return unreadable("lsid", err)
		}
	}
	if r.missed {
		v = append(v, `,"lookup_missed":true`...)
	}
	x.value = wire.AppendClose(v, byte(r.op), x.now)
	return nil
}

func (x *Emitter) writeImages(before, after []byte) (err error) {
	if x.value, err = image(append(x.value[:0], `{"before":`...), before); err != nil {
		return unreadable("before image", err)
	}
	x.value, err = image(append(x.value, `,"after":`...), after)
	return unreadable("after image", err)
}

func image(dst []byte, doc bson.Raw) ([]byte, error) {
	if doc == nil {
		return append(dst, "null"...), nil
	}
	return extjson.AppendQuoted(dst, doc)
}

// unreadable is what the server must never send. Leaving the event out would lose it, so the stream stops.
func unreadable(what string, err error) error {
	if err == nil {
		return nil
	}
	return fault.New(fault.Unsupported, "write the document of a change event as JSON ("+what+")", err,
		"The server sent bytes that are not valid BSON. Run validate({full: true}) on the collection; if it is sound, report this with the message above.")
}
