package extjson

import (
	"encoding/base64"
	"strconv"

	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
)

const hexDigits = "0123456789abcdef"

func (w *writer) hex(b []byte) {
	for _, c := range b {
		w.dst = append(w.dst, hexDigits[c>>4], hexDigits[c&15])
	}
}

func (w *writer) boolean(v []byte) error {
	b, err := rawbson.AsBool(v)
	w.dst = strconv.AppendBool(w.dst, b)
	return err
}

func (w *writer) binary(v []byte) error {
	subtype, data, err := rawbson.AsBinary(v)
	if err != nil {
		return err
	}
	w.raw(w.forms.binary)
	w.dst = base64.StdEncoding.AppendEncode(w.dst, data)
	w.raw(w.forms.subtype)
	w.dst = append(w.dst, hexDigits[subtype>>4], hexDigits[subtype&15])
	w.raw(w.forms.endString2)
	return nil
}

func (w *writer) timestamp(t uint64) {
	w.raw(w.forms.timestamp)
	w.dst = strconv.AppendUint(w.dst, t>>32, 10)
	w.raw(w.forms.increment)
	w.dst = strconv.AppendUint(w.dst, t&0xffffffff, 10)
	w.raw("}}")
}

func (w *writer) codeWithScope(v []byte) error {
	code, scope, err := rawbson.AsCodeWithScope(v)
	if err != nil {
		return err
	}
	w.string(w.forms.code, code, w.forms.scope)
	if err := w.document(scope); err != nil {
		return err
	}
	w.dst = append(w.dst, '}')
	return nil
}
