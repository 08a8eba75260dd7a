package pgtype

import "strconv"

const microsPerDay = 86_400_000_000

// parseClock reads "HH:MM:SS[.ffffff]" as microseconds since midnight and gives what follows it. 24:00:00 is a PostgreSQL time.
func parseClock(b []byte) (micros int64, rest []byte, ok bool) {
	if len(b) < 8 || b[2] != ':' || b[5] != ':' {
		return 0, nil, false
	}
	h, okHour := twoDigits(b, 24)
	m, okMinute := twoDigits(b[3:], 59)
	s, okSecond := twoDigits(b[6:], 60)
	micros, rest = ((h*60+m)*60+s)*1_000_000, b[8:]
	if len(rest) > 0 && rest[0] == '.' {
		n := countDigits(rest[1:])
		if n == 0 || n > 6 {
			return 0, nil, false
		}
		micros += fraction(rest[1 : 1+n])
		rest = rest[1+n:]
	}
	return micros, rest, okHour && okMinute && okSecond
}

// fraction reads one to six digits after the point as microseconds.
func fraction(digits []byte) int64 {
	var v int64
	for i := range 6 {
		v *= 10
		if i < len(digits) {
			v += int64(digits[i] - '0')
		}
	}
	return v
}

// timeOfDay writes microseconds since midnight.
func timeOfDay(dst, text []byte) ([]byte, error) {
	micros, rest, ok := parseClock(text)
	if !ok || len(rest) > 0 {
		return dst, syntaxError("time", text)
	}
	return strconv.AppendInt(dst, micros, 10), nil
}
