package column

import "github.com/tidemark-cdc/tidemark/schemas/wire"

// rfc3339 reads "2006-01-02T15:04:05.999999Z" as microseconds since 1970. Years that
// need a sign are out of every column's range, and so are the infinities.
func rfc3339(tok wire.Token) (int64, verdict) {
	b := tok.Raw
	if tok.Kind != wire.String || len(b) < 1 {
		return 0, notOne
	}
	if b[0] == '+' || b[0] == '-' || b[0] == 'i' {
		return farOrNone(b)
	}
	if len(b) < 20 || b[4] != '-' || b[7] != '-' || b[10] != 'T' || b[13] != ':' || b[16] != ':' || b[len(b)-1] != 'Z' {
		return 0, notOne
	}
	year := two(b[0:])*100 + two(b[2:])
	month, day := two(b[5:]), two(b[8:])
	hour, minute, second := two(b[11:]), two(b[14:]), two(b[17:])
	micros, ok := fraction(b[19 : len(b)-1])
	if !ok || year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 60 {
		return 0, notOne
	}
	clock := (hour*60+minute)*60 + second
	return (daysFromCivil(year, month, day)*86_400+clock)*microsPerSecond + micros, fine
}

// farOrNone tells a date beyond four digits of year from what is no date at all.
func farOrNone(b []byte) (int64, verdict) {
	if b[len(b)-1] == 'Z' {
		return 0, tooWide
	}
	return 0, notNumber(b)
}

// two reads two digits; far below zero when they are none.
func two(b []byte) int64 {
	hi, lo := b[0]-'0', b[1]-'0'
	if hi > 9 || lo > 9 {
		return -1_000_000
	}
	return int64(hi)*10 + int64(lo)
}

// fraction reads ".5" to ".999999" in microseconds; no text is none.
func fraction(b []byte) (micros int64, ok bool) {
	if len(b) == 0 {
		return 0, true
	}
	digits, rest := takeDigits(b[1:])
	if b[0] != '.' || len(rest) > 0 || len(digits) == 0 || len(digits) > 6 {
		return 0, false
	}
	for _, c := range digits {
		micros = micros*10 + int64(c-'0')
	}
	return micros * int64(pow10[6-len(digits)]), true
}

// daysFromCivil counts the days from 1970-01-01 in the proleptic Gregorian calendar,
// for years from 0.
func daysFromCivil(y, m, d int64) int64 {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	if y < 0 {
		era = -1
	}
	of := y - era*400
	return era*146_097 + of*365 + of/4 - of/100 + (153*(m-3)+2)/5 + d - 1 - 719_468
}
