package pgtype

import "bytes"

// civil is a date as PostgreSQL prints it in ISO style.
type civil struct {
	year       int64 // astronomical: 1 BC is 0
	month, day int64
	bc         bool
	yearText   []byte // the digits, at least four
	monthDay   []byte // "-MM-DD"
}

// parseCivil reads the date that text begins with and gives what follows it, without the era, which stands last.
func parseCivil(text []byte) (c civil, rest []byte, ok bool) {
	rest, c.bc = bytes.CutSuffix(text, []byte(" BC"))
	n := countDigits(rest)
	if n < 4 || n > 7 || len(rest) < n+6 || rest[n] != '-' || rest[n+3] != '-' {
		return c, nil, false
	}
	for _, d := range rest[:n] {
		c.year = c.year*10 + int64(d-'0')
	}
	c.yearText, c.monthDay = rest[:n], rest[n:n+6]
	if c.bc {
		c.year = 1 - c.year
	}
	var okMonth, okDay bool
	c.month, okMonth = twoDigits(rest[n+1:], 12)
	c.day, okDay = twoDigits(rest[n+4:], 31)
	return c, rest[n+6:], okMonth && okDay && c.month > 0 && c.day > 0
}

// days gives the days since 1970-01-01 in the proleptic Gregorian calendar, which is PostgreSQL's.
func (c civil) days() int64 {
	y, m := c.year, c.month
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	yearOfEra := y - era*400
	dayOfYear := (153*(m-3)+2)/5 + c.day - 1
	return era*146097 + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - 719468
}

func twoDigits(b []byte, most int64) (int64, bool) {
	if len(b) < 2 || b[0]-'0' > 9 || b[1]-'0' > 9 {
		return 0, false
	}
	v := int64(b[0]-'0')*10 + int64(b[1]-'0')
	return v, v <= most
}

// infinite reports whether text is one of the two dates that no calendar holds.
func infinite(text []byte) bool {
	return string(text) == "infinity" || string(text) == "-infinity"
}
