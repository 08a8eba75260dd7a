package column

// number is a decimal number's text, taken apart.
type number struct {
	neg         bool
	whole, frac []byte
	exp         int
}

// decimal reads text as a number with scale s and at most p digits, exactly: the
// magnitude times 10^s. Digits beyond the scale must be zeros.
func decimal(text []byte, p, s int) (neg bool, d u256, v verdict) {
	n, ok := splitNumber(text)
	if !ok {
		return false, d, notNumber(text)
	}
	drop := len(n.frac) - n.exp - s
	if drop > 0 && !n.strip(drop) {
		return false, d, tooWide
	}
	if n.whole = trimZeros(n.whole); len(n.whole) == 0 {
		n.frac = trimZeros(n.frac)
	}
	count := len(n.whole) + len(n.frac)
	if count == 0 {
		return false, d, fine
	}
	pad := max(-drop, 0)
	if count+pad > p {
		return false, d, tooWide
	}
	var a accumulator
	a.digits(n.whole)
	a.digits(n.frac)
	return n.neg, a.scaled(pad), fine
}

// notNumber tells what is a number elsewhere (NaN, the infinities) from what is none.
func notNumber(text []byte) verdict {
	switch string(text) {
	case "NaN", "Infinity", "-Infinity", "infinity", "-infinity":
		return tooWide
	}
	return notOne
}

// strip drops the last k digits, false when they are not all zeros.
func (n *number) strip(k int) bool {
	cut := min(k, len(n.frac))
	tail := n.frac[len(n.frac)-cut:]
	n.frac = n.frac[:len(n.frac)-cut]
	whole := min(k-cut, len(n.whole))
	more := n.whole[len(n.whole)-whole:]
	n.whole = n.whole[:len(n.whole)-whole]
	return len(trimZeros(tail)) == 0 && len(trimZeros(more)) == 0
}

func trimZeros(b []byte) []byte {
	for len(b) > 0 && b[0] == '0' {
		b = b[1:]
	}
	return b
}

func splitNumber(b []byte) (n number, ok bool) {
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		n.neg = b[0] == '-'
		b = b[1:]
	}
	n.whole, b = takeDigits(b)
	if len(b) > 0 && b[0] == '.' {
		n.frac, b = takeDigits(b[1:])
	}
	if len(n.whole)+len(n.frac) == 0 {
		return n, false
	}
	if len(b) > 0 {
		n.exp, ok = exponent(b)
		return n, ok
	}
	return n, true
}

func takeDigits(b []byte) (digits, rest []byte) {
	i := 0
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	return b[:i], b[i:]
}

// exponent reads E+3. One beyond six digits is cut there: it is out of every range.
func exponent(b []byte) (exp int, ok bool) {
	if b[0]|0x20 != 'e' {
		return 0, false
	}
	b = b[1:]
	neg := len(b) > 0 && b[0] == '-'
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		b = b[1:]
	}
	digits, rest := takeDigits(b)
	if len(digits) == 0 || len(rest) > 0 {
		return 0, false
	}
	for _, c := range digits {
		exp = min(exp*10+int(c-'0'), 999_999)
	}
	if neg {
		exp = -exp
	}
	return exp, true
}

// accumulator gathers digits a word at a time, so that a number of up to 19 digits
// costs no wide arithmetic.
type accumulator struct {
	sum   u256
	chunk uint64
	n     int
}

func (a *accumulator) digits(b []byte) {
	for _, c := range b {
		if a.n == 19 {
			a.flush()
		}
		a.chunk = a.chunk*10 + uint64(c-'0')
		a.n++
	}
}

func (a *accumulator) flush() {
	if a.sum == (u256{}) {
		a.sum[0] = a.chunk
	} else {
		a.sum = a.sum.mulAdd(pow10[a.n], a.chunk)
	}
	a.chunk, a.n = 0, 0
}

// scaled gives the sum times 10^pad.
func (a *accumulator) scaled(pad int) u256 {
	if a.sum == (u256{}) && a.n+pad <= 19 {
		return u256{a.chunk * pow10[pad]}
	}
	a.flush()
	for pad > 0 {
		step := min(pad, 19)
		a.sum = a.sum.mulAdd(pow10[step], 0)
		pad -= step
	}
	return a.sum
}

var pow10 = func() (t [20]uint64) {
	t[0] = 1
	for i := 1; i < len(t); i++ {
		t[i] = t[i-1] * 10
	}
	return t
}()
