package column

import (
	"math"
	"strconv"
	"unsafe"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/types"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// buildFloat refuses decimal sources: a binary fraction holds almost none of them.
func buildFloat(t types.Type, n node) Column {
	read := floatReader(t)
	if read == nil {
		return nil
	}
	if n.name == "Float64" {
		return newFixed(n.name, doubles(read), func(p *[]float64) proto.Column { return (*proto.ColFloat64)(p) })
	}
	parse := narrowed(read)
	if t.Name == "real" {
		parse = parseReal
	}
	return newFixed(n.name, parse, func(p *[]float32) proto.Column { return (*proto.ColFloat32)(p) })
}

// floatOf reads a floating-point number.
type floatOf func(tok wire.Token) (float64, verdict)

func floatReader(t types.Type) floatOf {
	switch t.Form {
	case types.FormInt, types.FormFloat:
		return sqlFloat
	case types.FormExtJSON:
		switch t.Name {
		case "int", "long", "double":
			return extFloat
		}
	}
	return nil
}

func sqlFloat(tok wire.Token) (float64, verdict) {
	switch tok.Kind {
	case wire.Number:
		return floatDigits(tok.Raw, 64)
	case wire.String:
		return notFinite(tok.Raw)
	}
	return 0, notOne
}

func extFloat(tok wire.Token) (float64, verdict) {
	if tok.Kind == wire.Number {
		return floatDigits(tok.Raw, 64)
	}
	if text, ok := extText(tok, "$numberDouble"); ok {
		if v, verdict := notFinite(text); verdict == fine {
			return v, fine
		}
	}
	// A Decimal128 is no double: most of its fractions would be rounded.
	for _, name := range [...]string{"$numberDouble", "$numberLong", "$numberInt"} {
		if text, ok := extText(tok, name); ok {
			return floatDigits(text, 64)
		}
	}
	return 0, notOne
}

func doubles(read floatOf) func(wire.Token) (float64, error) {
	return func(tok wire.Token) (float64, error) {
		v, verdict := read(tok)
		if verdict != fine {
			return 0, verdict.refuse("Float64", tok)
		}
		return v, nil
	}
}

// parseReal is for PostgreSQL's real, printed with the shortest digits that read back.
func parseReal(tok wire.Token) (float32, error) {
	v, verdict := 0.0, notOne
	switch tok.Kind {
	case wire.Number:
		v, verdict = floatDigits(tok.Raw, 32)
	case wire.String:
		v, verdict = notFinite(tok.Raw)
	}
	if verdict != fine {
		return 0, verdict.refuse("Float32", tok)
	}
	return float32(v), nil
}

// narrowed takes only those doubles and integers that a Float32 holds.
func narrowed(read floatOf) func(wire.Token) (float32, error) {
	return func(tok wire.Token) (float32, error) {
		v, verdict := read(tok)
		if verdict == fine && float64(float32(v)) != v && !math.IsNaN(v) {
			verdict = tooWide
		}
		if verdict != fine {
			return 0, verdict.refuse("Float32", tok)
		}
		return float32(v), nil
	}
}

func floatDigits(b []byte, bits int) (float64, verdict) {
	n, ok := splitNumber(b)
	if !ok {
		return 0, notOne
	}
	v, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(b), len(b)), bits)
	if err != nil {
		return 0, tooWide
	}
	if n.exp == 0 && len(n.frac) == 0 && len(n.whole) > 15 && !wholeInFloat(b, v) {
		return 0, tooWide
	}
	return v, fine
}

// wholeInFloat says whether a float holds the integer b. PostgreSQL and MongoDB print
// a double of that size with an exponent or a point; an integer's digits must all be
// kept.
func wholeInFloat(b []byte, v float64) bool {
	neg, mag, verdict := wholeDigits(b)
	if verdict != fine {
		return false
	}
	if v = math.Abs(v); v >= 1<<64 {
		return false
	}
	return uint64(v) == mag || neg && mag == 0
}

func notFinite(b []byte) (float64, verdict) {
	switch string(b) {
	case "NaN":
		return math.NaN(), fine
	case "Infinity":
		return math.Inf(1), fine
	case "-Infinity":
		return math.Inf(-1), fine
	}
	return 0, notOne
}
