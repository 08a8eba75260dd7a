package extjson

import (
	"encoding/binary"
	"math/bits"
	"strconv"
)

// decimal128 bounds (IEEE 754-2008, binary integer decimal encoding): 34 digits, exponent bias 6176.
const (
	decimalBias  = 6176
	decimalMaxHi = 0x1ed09bead87c0 // 10^34 - 1, upper and lower half
	decimalMaxLo = 0x378d8e63ffffffff
)

// AppendDecimal128 appends the text of the sixteen bytes of a Decimal128 as MongoDB prints it: exact, trailing zeros
// kept, an exponent only where the value needs one ("1.00", "1E+3", "NaN", "-Infinity").
func AppendDecimal128(dst, v []byte) []byte {
	hi, lo := binary.LittleEndian.Uint64(v[8:]), binary.LittleEndian.Uint64(v)
	special := hi >> 58 & 0x1f
	if special == 0x1f {
		return append(dst, "NaN"...)
	}
	if hi>>63 == 1 {
		dst = append(dst, '-')
	}
	if special == 0x1e {
		return append(dst, "Infinity"...)
	}
	exponent := int(hi >> 49 & 0x3fff)
	hi2 := hi & 0x1ffffffffffff
	if hi>>61&3 == 3 { // this form can only hold more than 34 digits, and such a coefficient counts as zero
		exponent, hi2, lo = int(hi>>47&0x3fff), 0, 0
	}
	if hi2 > decimalMaxHi || hi2 == decimalMaxHi && lo > decimalMaxLo {
		hi2, lo = 0, 0
	}
	var buf [40]byte
	return appendScaled(dst, digits(buf[:], hi2, lo), exponent-decimalBias)
}

// digits writes the 128-bit number in decimal at the end of buf and returns that part of it.
func digits(buf []byte, hi, lo uint64) []byte {
	at := len(buf)
	for {
		var digit uint64
		hi, digit = hi/10, hi%10
		lo, digit = bits.Div64(digit, lo, 10)
		at--
		buf[at] = '0' + byte(digit)
		if hi|lo == 0 {
			return buf[at:]
		}
	}
}

// appendScaled appends coefficient x 10^exponent by the rules of the Decimal128 specification.
func appendScaled(dst, coefficient []byte, exponent int) []byte {
	n := len(coefficient)
	adjusted := exponent + n - 1
	switch {
	case exponent > 0 || adjusted < -6:
		return appendScientific(dst, coefficient, adjusted)
	case exponent == 0:
		return append(dst, coefficient...)
	case n+exponent > 0:
		dst = append(dst, coefficient[:n+exponent]...)
		dst = append(dst, '.')
		return append(dst, coefficient[n+exponent:]...)
	}
	dst = append(dst, '0', '.')
	for range -(n + exponent) {
		dst = append(dst, '0')
	}
	return append(dst, coefficient...)
}

func appendScientific(dst, coefficient []byte, adjusted int) []byte {
	dst = append(dst, coefficient[0])
	if len(coefficient) > 1 {
		dst = append(dst, '.')
		dst = append(dst, coefficient[1:]...)
	}
	dst = append(dst, 'E')
	if adjusted >= 0 {
		dst = append(dst, '+')
	}
	return strconv.AppendInt(dst, int64(adjusted), 10)
}
