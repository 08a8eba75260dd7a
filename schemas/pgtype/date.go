package pgtype

import "strconv"

// date writes the days since 1970-01-01.
func date(dst, text []byte) ([]byte, error) {
	c, rest, ok := parseCivil(text)
	if ok && len(rest) == 0 {
		return strconv.AppendInt(dst, c.days(), 10), nil
	}
	if infinite(text) {
		return appendQuoted(dst, text), nil
	}
	return dst, syntaxError("date", text)
}

// timestamp writes the microseconds since 1970-01-01 00:00.
func timestamp(dst, text []byte) ([]byte, error) {
	c, rest, ok := parseCivil(text)
	if ok && len(rest) > 1 && rest[0] == ' ' {
		micros, tail, okClock := parseClock(rest[1:])
		if okClock && len(tail) == 0 {
			return appendMicros(dst, c.days(), micros), nil
		}
	}
	if infinite(text) {
		return appendQuoted(dst, text), nil
	}
	return dst, syntaxError("timestamp", text)
}

// appendMicros works on the magnitude: PostgreSQL's last thirty years (AD 294247-294276) don't fit an int64 that counts from 1970.
func appendMicros(dst []byte, days, micros int64) []byte {
	if days >= 0 {
		return strconv.AppendUint(dst, uint64(days)*microsPerDay+uint64(micros), 10)
	}
	magnitude := uint64(-days)*microsPerDay - uint64(micros)
	if magnitude > 0 {
		dst = append(dst, '-')
	}
	return strconv.AppendUint(dst, magnitude, 10)
}
