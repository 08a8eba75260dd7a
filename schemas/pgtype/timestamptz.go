package pgtype

import "strconv"

// timestampTZ writes ISO 8601 in UTC with the fraction's digits as printed (none to six). Years outside 0000-9999 are as ISO 8601
// extends them: "+12024-..." after 9999 and astronomical before (44 BC is "-0043-...").
func timestampTZ(dst, text []byte) ([]byte, error) {
	c, rest, ok := parseCivil(text)
	if ok && len(rest) > 1 && rest[0] == ' ' {
		_, zone, okClock := parseClock(rest[1:])
		if okClock && string(zone) == "+00" {
			return appendISO(dst, c, rest[1:len(rest)-len(zone)]), nil
		}
	}
	if infinite(text) {
		return appendQuoted(dst, text), nil
	}
	return dst, syntaxError("timestamptz in UTC", text)
}

func appendISO(dst []byte, c civil, clock []byte) []byte {
	dst = append(dst, '"')
	switch {
	case c.bc:
		dst = appendAstronomical(dst, c.year)
	case len(c.yearText) > 4:
		dst = append(append(dst, '+'), c.yearText...)
	default:
		dst = append(dst, c.yearText...)
	}
	dst = append(append(dst, c.monthDay...), 'T')
	dst = append(dst, clock...)
	return append(dst, 'Z', '"')
}

// appendAstronomical writes a year at or below 0 with at least four digits.
func appendAstronomical(dst []byte, year int64) []byte {
	if year < 0 {
		dst = append(dst, '-')
		year = -year
	}
	for least := int64(1000); least > year && least > 1; least /= 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, year, 10)
}
