package column

import (
	"bytes"

	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// ext gives the member name of an extended JSON wrapper such as {"$oid":"..."}. Only an
// object with that one member is one; a document that merely has it is not.
func ext(tok wire.Token, name string) (wire.Token, bool) {
	if tok.Kind != wire.Object {
		return wire.Token{}, false
	}
	it := tok.Object()
	if !it.Next() || string(it.Key) != name {
		return wire.Token{}, false
	}
	value := it.Value
	if it.Next() || it.Err() != nil {
		return wire.Token{}, false
	}
	return value, true
}

// extText is ext for the wrappers around a string, read in place where the text is
// exactly as capture writes it.
func extText(tok wire.Token, name string) ([]byte, bool) {
	if raw := tok.Raw; tok.Kind == wire.Object && len(raw) > len(name)+7 && string(raw[:2]) == `{"` && string(raw[2:2+len(name)]) == name {
		body, begins := bytes.CutPrefix(raw[2+len(name):], []byte(`":"`))
		body, ends := bytes.CutSuffix(body, []byte(`"}`))
		if begins && ends && bytes.IndexByte(body, '"') < 0 && bytes.IndexByte(body, '\\') < 0 {
			return body, true
		}
	}
	value, ok := ext(tok, name)
	if !ok || value.Kind != wire.String || value.Escaped {
		return nil, false
	}
	return value.Raw, true
}

// extNumber gives the digits within a wrapper of one of BSON's numbers.
func extNumber(tok wire.Token) ([]byte, bool) {
	for _, name := range [...]string{"$numberLong", "$numberDecimal", "$numberDouble", "$numberInt"} {
		if text, ok := extText(tok, name); ok {
			return text, true
		}
	}
	return nil, false
}

// extBinary gives the base64 and the subtype of {"$binary":{"base64":"..","subType":".."}}.
func extBinary(tok wire.Token) (base64, subtype []byte, ok bool) {
	inner, ok := ext(tok, "$binary")
	if !ok || inner.Kind != wire.Object {
		return nil, nil, false
	}
	it := inner.Object()
	for it.Next() {
		switch {
		case it.Value.Kind != wire.String:
			return nil, nil, false
		case string(it.Key) == "base64":
			base64 = plainText(it.Value)
		case string(it.Key) == "subType":
			subtype = it.Value.Raw
		}
	}
	return base64, subtype, it.Err() == nil && base64 != nil
}

// plainText is a string's value; only one with escapes costs an allocation.
func plainText(tok wire.Token) []byte {
	if !tok.Escaped {
		return tok.Raw
	}
	return wire.Unescape(nil, tok.Raw)
}
