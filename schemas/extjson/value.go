package extjson

import (
	"strconv"

	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
)

// value writes one value by its type: first what documents are made of, the rest in rare.
func (w *writer) value(t rawbson.Type, v []byte) error {
	switch t {
	case rawbson.String:
		w.string(w.forms.quote, rawbson.Text(v), w.forms.quote)
	case rawbson.Int32:
		w.dst = strconv.AppendInt(w.dst, int64(rawbson.AsInt32(v)), 10)
	case rawbson.Int64:
		w.raw(w.forms.long)
		w.dst = strconv.AppendInt(w.dst, rawbson.AsInt64(v), 10)
		w.raw(w.forms.endString)
	case rawbson.Double:
		w.double(rawbson.AsDouble(v))
	case rawbson.Document:
		return w.document(v)
	case rawbson.Array:
		return w.array(v)
	case rawbson.ObjectID:
		w.raw(w.forms.oid)
		w.hex(v)
		w.raw(w.forms.endString)
	case rawbson.DateTime:
		w.raw(w.forms.date)
		w.dst = strconv.AppendInt(w.dst, rawbson.AsInt64(v), 10)
		w.dst = append(w.dst, '}')
	case rawbson.Null:
		w.raw("null")
	case rawbson.Boolean:
		return w.boolean(v)
	default:
		return w.rare(t, v)
	}
	return nil
}

// rare writes the types that few documents hold.
func (w *writer) rare(t rawbson.Type, v []byte) error {
	switch t {
	case rawbson.Decimal128:
		w.raw(w.forms.decimal)
		w.dst = AppendDecimal128(w.dst, v)
		w.raw(w.forms.endString)
	case rawbson.Binary:
		return w.binary(v)
	case rawbson.Timestamp:
		w.timestamp(rawbson.AsUint64(v))
	case rawbson.Regex:
		pattern, options := rawbson.AsRegex(v)
		w.string(w.forms.regex, pattern, w.forms.options)
		w.string("", options, w.forms.endString2)
	case rawbson.Code:
		w.string(w.forms.code, rawbson.Text(v), w.forms.endString)
	case rawbson.Symbol:
		w.string(w.forms.symbol, rawbson.Text(v), w.forms.endString)
	case rawbson.CodeWithScope:
		return w.codeWithScope(v)
	case rawbson.DBPointer:
		namespace, id := rawbson.AsDBPointer(v)
		w.string(w.forms.pointer, namespace, w.forms.pointerID)
		w.hex(id)
		w.raw(w.forms.endString2)
		w.dst = append(w.dst, '}')
	case rawbson.Undefined:
		w.raw(w.forms.undefined)
	case rawbson.MinKey:
		w.raw(w.forms.minKey)
	case rawbson.MaxKey:
		w.raw(w.forms.maxKey)
	}
	return nil
}
