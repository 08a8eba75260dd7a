// Package money holds amounts as whole cents, so that no sum of a shop ever meets binary fractions.
package money

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Cents is an amount in hundredths of its currency.
type Cents int64

// Parse reads a decimal with at most two digits after the point, such as "58.9". Further digits are refused, not rounded.
func Parse(s string) (Cents, error) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	for len(fraction) < 2 {
		fraction += "0"
	}
	n, err := strconv.ParseUint(whole+fraction, 10, 63)
	if err != nil || len(fraction) > 2 || whole == "" {
		return 0, fmt.Errorf("parse amount %q: want at most two decimals", s)
	}
	if negative {
		return -Cents(n), nil
	}
	return Cents(n), nil
}

// String gives the amount with two decimals, as PostgreSQL's numeric reads it.
func (c Cents) String() string {
	sign, n := "", uint64(c)
	if c < 0 {
		sign, n = "-", uint64(-c)
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

// Decimal gives the amount as MongoDB's decimal128 with exponent -2.
func (c Cents) Decimal() bson.Decimal128 {
	const exponent = uint64(6176-2) << 49 // biased by 6176, IEEE 754-2008 BID
	if c < 0 {
		return bson.NewDecimal128(1<<63|exponent, uint64(-c))
	}
	return bson.NewDecimal128(exponent, uint64(c))
}

// MarshalBSONValue makes driver documents hold decimal128, never double.
func (c Cents) MarshalBSONValue() (byte, []byte, error) {
	high, low := c.Decimal().GetBytes()
	out := binary.LittleEndian.AppendUint64(nil, low)
	return byte(bson.TypeDecimal128), binary.LittleEndian.AppendUint64(out, high), nil
}

// UnmarshalBSONValue reads a decimal128 that holds whole cents.
func (c *Cents) UnmarshalBSONValue(t byte, data []byte) error {
	if bson.Type(t) != bson.TypeDecimal128 || len(data) != 16 {
		return fmt.Errorf("read amount: BSON type %s, want decimal128", bson.Type(t))
	}
	d := bson.NewDecimal128(binary.LittleEndian.Uint64(data[8:]), binary.LittleEndian.Uint64(data))
	var err error
	*c, err = Parse(d.String())
	return err
}
