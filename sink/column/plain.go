package column

import (
	"encoding/base64"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/google/uuid"

	"github.com/tidemark-cdc/tidemark/schemas/types"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// buildPlain makes Bool and UUID.
func buildPlain(t types.Type, n node) Column {
	switch {
	case n.name == "Bool" && (t.Form == types.FormBool || t.Form == types.FormExtJSON && t.Name == "bool"):
		return newFixed(n.name, parseBool, func(p *[]bool) proto.Column { return (*proto.ColBool)(p) })
	case n.name == "UUID" && t.Form == types.FormString, n.name == "UUID" && t.Form == types.FormExtJSON && (t.Name == "uuid" || t.Name == "string"):
		return newFixed(n.name, parseUUID, func(p *[]uuid.UUID) proto.Column { return (*proto.ColUUID)(p) })
	}
	return nil
}

func parseBool(tok wire.Token) (bool, error) {
	if tok.Kind != wire.Bool {
		return false, refuse(Mismatch, "Bool", tok)
	}
	return tok.Raw[0] == 't', nil
}

// parseUUID reads the 36 characters, or BSON's binary of subtype 4. Subtype 3 is
// refused: its byte order depends on the driver that wrote it.
func parseUUID(tok wire.Token) (u uuid.UUID, err error) {
	var ok bool
	switch tok.Kind {
	case wire.String:
		u, ok = uuidText(tok.Raw)
	case wire.Object:
		if text, wraps := extText(tok, "$uuid"); wraps {
			u, ok = uuidText(text)
		} else {
			u, ok = uuidBinary(tok)
		}
	}
	if !ok {
		return u, refuse(Mismatch, "UUID", tok)
	}
	return u, nil
}

func uuidText(b []byte) (u uuid.UUID, ok bool) {
	if len(b) != 36 || b[8] != '-' || b[13] != '-' || b[18] != '-' || b[23] != '-' {
		return u, false
	}
	var bad byte
	for i, at := range uuidDigits {
		hi, lo := nibbles[b[at]], nibbles[b[at+1]]
		bad |= hi | lo
		u[i] = hi<<4 | lo
	}
	return u, bad < 16
}

// uuidDigits are the places of each byte's two digits among the 36 characters.
var uuidDigits = [16]byte{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34}

func uuidBinary(tok wire.Token) (u uuid.UUID, ok bool) {
	text, subtype, ok := extBinary(tok)
	if !ok || len(text) != 24 || len(subtype) == 0 || subtype[len(subtype)-1] != '4' {
		return u, false
	}
	var buf [18]byte
	n, err := base64.StdEncoding.Decode(buf[:], text)
	if err != nil || n != len(u) {
		return u, false
	}
	return uuid.UUID(buf[:16]), true
}

// nibbles maps a hexadecimal digit to its value, everything else to 255.
var nibbles = func() (t [256]byte) {
	for i := range t {
		t[i] = 255
	}
	for i := range 10 {
		t['0'+i] = byte(i)
	}
	for i := range 6 {
		t['a'+i], t['A'+i] = byte(10+i), byte(10+i)
	}
	return t
}()
