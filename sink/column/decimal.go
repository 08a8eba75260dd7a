package column

import (
	"math/bits"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/types"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

func buildDecimal(t types.Type, n node) Column {
	p, s := n.number(0), n.number(1)
	read := digitsReader(t)
	if read == nil || len(n.params) != 2 || p < 1 || p > 76 || s < 0 || s > p {
		return nil
	}
	want := n.String()
	switch {
	case p <= 9:
		return newFixed(want, decimals(want, read, p, s, func(d u256) proto.Decimal32 { return proto.Decimal32(d[0]) }),
			func(v *[]proto.Decimal32) proto.Column { return (*proto.ColDecimal32)(v) })
	case p <= 18:
		return newFixed(want, decimals(want, read, p, s, func(d u256) proto.Decimal64 { return proto.Decimal64(d[0]) }),
			func(v *[]proto.Decimal64) proto.Column { return (*proto.ColDecimal64)(v) })
	case p <= 38:
		return newFixed(want, decimals(want, read, p, s, u256.decimal128),
			func(v *[]proto.Decimal128) proto.Column { return (*proto.ColDecimal128)(v) })
	}
	return newFixed(want, decimals(want, read, p, s, u256.decimal256),
		func(v *[]proto.Decimal256) proto.Column { return (*proto.ColDecimal256)(v) })
}

// digitsOf finds the digits of a decimal number.
type digitsOf func(wire.Token) ([]byte, bool)

// digitsReader chooses how a source type's decimal numbers look; nil when it has none. A
// double counts with the digits that it is printed with.
func digitsReader(t types.Type) digitsOf {
	switch t.Form {
	case types.FormInt, types.FormFloat, types.FormDecimal:
		return sqlDigits
	case types.FormExtJSON:
		switch t.Name {
		case "int", "long", "double", "decimal128":
			return extDigits
		}
	}
	return nil
}

func sqlDigits(tok wire.Token) ([]byte, bool) {
	return tok.Raw, tok.Kind == wire.Number || tok.Kind == wire.String
}

func extDigits(tok wire.Token) ([]byte, bool) {
	if tok.Kind == wire.Number {
		return tok.Raw, true
	}
	return extNumber(tok)
}

func decimals[T any](want string, read digitsOf, p, s int, pack func(u256) T) func(wire.Token) (T, error) {
	return func(tok wire.Token) (out T, err error) {
		text, ok := read(tok)
		if !ok {
			return out, refuse(Mismatch, want, tok)
		}
		neg, d, v := decimal(text, p, s)
		if v != fine {
			return out, v.refuse(want, tok)
		}
		if neg {
			d = d.negate()
		}
		return pack(d), nil
	}
}

// u256 is a 256-bit number, least significant word first; negative ones are in two's
// complement, so that its lower words are the narrower decimals.
type u256 [4]uint64

// mulAdd is x*m + a; the caller knows that it fits.
func (x u256) mulAdd(m, a uint64) u256 {
	for i := range x {
		hi, lo := bits.Mul64(x[i], m)
		var carry uint64
		x[i], carry = bits.Add64(lo, a, 0)
		a = hi + carry
	}
	return x
}

func (x u256) negate() u256 {
	carry := uint64(1)
	for i := range x {
		x[i], carry = bits.Add64(^x[i], 0, carry)
	}
	return x
}

func (x u256) decimal128() proto.Decimal128 { return proto.Decimal128{Low: x[0], High: x[1]} }

func (x u256) decimal256() proto.Decimal256 {
	return proto.Decimal256{Low: proto.UInt128{Low: x[0], High: x[1]}, High: proto.UInt128{Low: x[2], High: x[3]}}
}
