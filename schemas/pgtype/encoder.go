// Package pgtype turns PostgreSQL's text form of a value into its wire JSON. It does no I/O.
//
// The text must be what a server prints with Settings; the snapshot and the stream both use them, so a row reads the same from either.
package pgtype

import "github.com/tidemark-cdc/tidemark/schemas/wire"

// Append writes the wire JSON of one value, given in PostgreSQL's text form, to dst. It neither keeps nor changes text.
// On error (a *SyntaxError) the slice that comes back is dst as it was given, so that the caller may write the text itself instead.
type Append func(dst, text []byte) ([]byte, error)

// Text is the encoder of every type without a form of its own: a JSON string of what PostgreSQL prints.
func Text(dst, text []byte) ([]byte, error) {
	return wire.AppendString(dst, text), nil
}

// Of returns the encoder of a built-in type, Text for a type that it doesn't know. Types made by users need a Catalog.
func Of(oid uint32) Append {
	if enc := scalar(oid); enc != nil {
		return enc
	}
	if elem, ok := elementOf(oid); ok {
		return arrayOf(Of(elem), delimiterOf(elem))
	}
	return Text
}

func scalar(oid uint32) Append {
	switch oid {
	case Bool:
		return boolean
	case Int2, Int4, Int8, OID, xid, cid:
		return integer
	case Float4, Float8:
		return float
	case Date:
		return date
	case Timestamp:
		return timestamp
	case TimestampTZ:
		return timestampTZ
	case Time:
		return timeOfDay
	case Bytea:
		return bytea
	}
	return nil
}
