package column

import (
	"github.com/tidemark-cdc/tidemark/schemas/types"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// whole reads a whole number as sign and magnitude.
type whole func(wire.Token) (neg bool, mag uint64, v verdict)

// wholeReader chooses how a source type's whole numbers look; nil when it has none. A
// double may be one: 7.0 is 7, and 7.5 becomes a dead letter.
func wholeReader(t types.Type) whole {
	switch t.Form {
	case types.FormBool:
		return wholeBool
	case types.FormInt, types.FormFloat, types.FormDays, types.FormMicros:
		return wholeNumber
	case types.FormDecimal:
		return wholeString
	case types.FormExtJSON:
		switch t.Name {
		case "bool":
			return wholeBool
		case "int", "long", "double", "decimal128":
			return wholeExt
		case "date":
			return wholeDate
		case "timestamp":
			return wholeTimestamp
		}
	}
	return nil
}

func wholeBool(tok wire.Token) (neg bool, mag uint64, v verdict) {
	if tok.Kind != wire.Bool {
		return false, 0, notOne
	}
	return false, oneIf(tok.Raw[0] == 't'), fine
}

// wholeNumber reads a JSON number. A string in its place can only be an infinity or NaN.
func wholeNumber(tok wire.Token) (neg bool, mag uint64, v verdict) {
	switch tok.Kind {
	case wire.Number:
		return wholeText(tok.Raw)
	case wire.String:
		return false, 0, notNumber(tok.Raw)
	}
	return false, 0, notOne
}

func wholeString(tok wire.Token) (neg bool, mag uint64, v verdict) {
	if tok.Kind != wire.String {
		return false, 0, notOne
	}
	return wholeText(tok.Raw)
}

// wholeExt reads any of BSON's numbers, because a field's numbers often have several
// types: the shell writes doubles where a program writes integers.
func wholeExt(tok wire.Token) (neg bool, mag uint64, v verdict) {
	switch tok.Kind {
	case wire.Number:
		return wholeText(tok.Raw)
	case wire.Object:
		if text, ok := extNumber(tok); ok {
			return wholeText(text)
		}
	}
	return false, 0, notOne
}

func wholeDate(tok wire.Token) (neg bool, mag uint64, v verdict) {
	date, ok := ext(tok, "$date")
	if !ok {
		return false, 0, notOne
	}
	return wholeExt(date)
}

// wholeTimestamp packs {"$timestamp":{"t":seconds,"i":increment}} as BSON does:
// seconds<<32 | increment.
func wholeTimestamp(tok wire.Token) (neg bool, mag uint64, v verdict) {
	ts, ok := ext(tok, "$timestamp")
	if !ok {
		return false, 0, notOne
	}
	it := ts.Object()
	for it.Next() {
		_, n, v := wholeDigits(it.Value.Raw)
		if v != fine || n > 1<<32-1 {
			return false, 0, notOne
		}
		switch string(it.Key) {
		case "t":
			mag |= n << 32
		case "i":
			mag |= n
		default:
			return false, 0, notOne
		}
	}
	if it.Err() != nil {
		return false, 0, notOne
	}
	return false, mag, fine
}

// wholeText reads digits, also with a point or an exponent as long as what they say is
// whole.
func wholeText(b []byte) (neg bool, mag uint64, v verdict) {
	if neg, mag, v = wholeDigits(b); v == notOne {
		return wholeDecimal(b)
	}
	return neg, mag, v
}

func oneIf(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// wholeDigits reads an optional minus and digits.
func wholeDigits(b []byte) (neg bool, mag uint64, v verdict) {
	if len(b) > 0 && b[0] == '-' {
		neg, b = true, b[1:]
	}
	if len(b) == 0 {
		return false, 0, notOne
	}
	if len(b) > 19 {
		return wholeLong(neg, b)
	}
	for _, c := range b {
		if c -= '0'; c > 9 {
			return false, 0, notOne
		}
		mag = mag*10 + uint64(c)
	}
	return neg, mag, fine
}

// wholeLong is wholeDigits where the digits may overflow.
func wholeLong(neg bool, b []byte) (bool, uint64, verdict) {
	var mag uint64
	out := fine
	for _, c := range b {
		if c -= '0'; c > 9 {
			return false, 0, notOne
		}
		if next := mag*10 + uint64(c); mag > (1<<64-1)/10 || next < mag*10 {
			out = tooWide
		} else {
			mag = next
		}
	}
	return neg, mag, out
}

// wholeDecimal reads what has a point or an exponent and is whole all the same.
func wholeDecimal(b []byte) (neg bool, mag uint64, v verdict) {
	neg, d, v := decimal(b, 20, 0)
	if v == fine && d[1] != 0 {
		v = tooWide
	}
	return neg, d[0], v
}
