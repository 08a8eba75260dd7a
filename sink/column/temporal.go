package column

import (
	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/types"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// Days since 1970 and the bounds of ClickHouse's calendars.
const (
	day1900         = -25_567 // 1900-01-01
	day2299         = 120_529 // 2299-12-31
	day2149         = 65_535  // 2149-06-06, Date's last
	microsPerDay    = 86_400_000_000
	microsPerSecond = 1_000_000
	lastNano        = 9_223_286_400_000_000 // 2262-04-11 00:00 UTC in microseconds: the last whole day in nanoseconds
)

func buildTemporal(t types.Type, n node) Column {
	read := instant(t)
	if read == nil {
		return nil
	}
	want := n.String()
	switch p := n.number(0); {
	case n.name == "Date32" && len(n.params) == 0:
		return newFixed(want, temporal[int32](want, read, microsPerDay, day1900, day2299), func(v *[]int32) proto.Column { return (*proto.ColInt32)(v) })
	case n.name == "Date" && len(n.params) == 0:
		return newFixed(want, temporal[uint16](want, read, microsPerDay, 0, day2149), func(v *[]uint16) proto.Column { return (*proto.ColUInt16)(v) })
	case n.name == "DateTime":
		return newFixed(want, temporal[uint32](want, read, microsPerSecond, 0, 1<<32-1), func(v *[]uint32) proto.Column { return (*proto.ColUInt32)(v) })
	case n.name == "DateTime64" && p >= 0 && p <= 9:
		return newFixed(want, ticks(want, read, p), func(v *[]int64) proto.Column { return (*proto.ColInt64)(v) })
	}
	return nil
}

// instant chooses the reader of a source type's moments, in microseconds since 1970.
func instant(t types.Type) func(wire.Token) (int64, verdict) {
	switch {
	case t.Form == types.FormDays:
		return scaledInstant(microsPerDay)
	case t.Form == types.FormMicros && t.Name != "time without time zone":
		return scaledInstant(1)
	case t.Form == types.FormRFC3339:
		return rfc3339
	case t.Form == types.FormExtJSON && t.Name == "date":
		return extDate
	}
	return nil
}

// scaledInstant reads a number of units of so many microseconds.
func scaledInstant(unit int64) func(wire.Token) (int64, verdict) {
	return func(tok wire.Token) (int64, verdict) {
		switch tok.Kind {
		case wire.Number:
			return units(tok.Raw, unit)
		case wire.String:
			return 0, notNumber(tok.Raw)
		}
		return 0, notOne
	}
}

func units(b []byte, unit int64) (int64, verdict) {
	neg, mag, v := wholeDigits(b)
	if v == fine && mag > uint64(1<<63-1)/uint64(unit) {
		v = tooWide
	}
	if neg {
		return -int64(mag) * unit, v
	}
	return int64(mag) * unit, v
}

// extDate reads {"$date":ms}, also with {"$numberLong":"ms"} for the number.
func extDate(tok wire.Token) (int64, verdict) {
	date, ok := ext(tok, "$date")
	if !ok {
		return 0, notOne
	}
	if date.Kind == wire.Number {
		return units(date.Raw, 1000)
	}
	if text, ok := extText(date, "$numberLong"); ok {
		return units(text, 1000)
	}
	return 0, notOne
}

// temporal makes a parser for a column that counts units of so many microseconds from
// 1970 and holds them from least to most.
func temporal[T int32 | uint16 | uint32](want string, read func(wire.Token) (int64, verdict), unit, least, most int64) func(wire.Token) (T, error) {
	return func(tok wire.Token) (T, error) {
		micros, v := read(tok)
		n := micros / unit
		if v == fine && (micros%unit != 0 || n < least || n > most) {
			v = tooWide
		}
		if v != fine {
			return 0, v.refuse(want, tok)
		}
		return T(n), nil
	}
}

// ticks makes a parser for DateTime64(p): 10^-p seconds since 1970, within 1900-2299,
// or up to 2262 with nanoseconds.
func ticks(want string, read func(wire.Token) (int64, verdict), p int) func(wire.Token) (int64, error) {
	last := int64(day2299+1)*microsPerDay - 1
	if p == 9 {
		last = lastNano
	}
	div, mul := int64(1), int64(1)
	if p < 6 {
		div = int64(pow10[6-p])
	} else {
		mul = int64(pow10[p-6])
	}
	return func(tok wire.Token) (int64, error) {
		micros, v := read(tok)
		if v == fine && (micros%div != 0 || micros < day1900*microsPerDay || micros > last) {
			v = tooWide
		}
		if v != fine {
			return 0, v.refuse(want, tok)
		}
		return micros / div * mul, nil
	}
}
