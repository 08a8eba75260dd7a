package column

import (
	"encoding/base64"
	"slices"

	"github.com/tidemark-cdc/tidemark/schemas/types"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// textOf adds a value's text to dst; on a verdict other than fine dst may have grown
// and the caller cuts it back.
type textOf func(dst []byte, tok wire.Token) ([]byte, verdict)

func buildText(t types.Type, n node) Column {
	text := textParser(t)
	switch {
	case n.name == "String" && len(n.params) == 0:
		return newText(text)
	case n.name == "FixedString" && n.number(0) > 0:
		return newFixedText(text, n.number(0))
	case n.name == "LowCardinality":
		switch inner := n.args[0]; {
		case inner.String() == "String":
			return newDictionary(text, false)
		case inner.String() == "Nullable(String)":
			return newDictionary(text, true)
		}
	}
	return nil
}

// textParser chooses how a source type's values become text. A type without a form of
// text keeps its JSON, which is exact.
func textParser(t types.Type) textOf {
	switch t.Form {
	case types.FormString:
		return stringText
	case types.FormDecimal, types.FormRFC3339, types.FormFloat, types.FormDays, types.FormMicros:
		return scalarText
	case types.FormBase64:
		return base64Text
	case types.FormExtJSON:
		return extParser(t.Name)
	}
	return jsonText
}

func extParser(name string) textOf {
	switch name {
	case "string":
		return stringText
	case "objectid":
		return wrapped("$oid")
	case "decimal128":
		return wrapped("$numberDecimal")
	case "bindata":
		return binaryText
	}
	return jsonText
}

func stringText(dst []byte, tok wire.Token) ([]byte, verdict) {
	if tok.Kind != wire.String {
		return dst, notOne
	}
	if !tok.Escaped {
		return append(dst, tok.Raw...), fine
	}
	return wire.Unescape(dst, tok.Raw), fine
}

// scalarText is for forms that are a number or, at their edges, a string.
func scalarText(dst []byte, tok wire.Token) ([]byte, verdict) {
	if tok.Kind == wire.Number {
		return append(dst, tok.Raw...), fine
	}
	return stringText(dst, tok)
}

func base64Text(dst []byte, tok wire.Token) ([]byte, verdict) {
	if tok.Kind != wire.String {
		return dst, notOne
	}
	return appendBase64(dst, plainText(tok))
}

func appendBase64(dst, text []byte) ([]byte, verdict) {
	size := base64.StdEncoding.DecodedLen(len(text))
	dst = slices.Grow(dst, size)
	n, err := base64.StdEncoding.Decode(dst[len(dst):len(dst)+size], text)
	if err != nil {
		return dst, notOne
	}
	return dst[:len(dst)+n], fine
}

func binaryText(dst []byte, tok wire.Token) ([]byte, verdict) {
	text, _, ok := extBinary(tok)
	if !ok {
		return dst, notOne
	}
	return appendBase64(dst, text)
}

// wrapped gives the text within an extended JSON wrapper.
func wrapped(name string) textOf {
	return func(dst []byte, tok wire.Token) ([]byte, verdict) {
		text, ok := extText(tok, name)
		if !ok {
			return dst, notOne
		}
		return append(dst, text...), fine
	}
}

// jsonText keeps the value as the JSON text that it is.
func jsonText(dst []byte, tok wire.Token) ([]byte, verdict) {
	if tok.Kind != wire.String {
		return append(dst, tok.Raw...), fine
	}
	dst = append(dst, '"')
	dst = append(dst, tok.Raw...)
	return append(dst, '"'), fine
}
