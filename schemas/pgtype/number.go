package pgtype

func boolean(dst, text []byte) ([]byte, error) {
	if len(text) == 1 {
		switch text[0] {
		case 't':
			return append(dst, "true"...), nil
		case 'f':
			return append(dst, "false"...), nil
		}
	}
	return dst, syntaxError("boolean", text)
}

// integer copies the digits: a detour over int64 costs more and can only go wrong.
func integer(dst, text []byte) ([]byte, error) {
	digits := text
	if len(digits) > 1 && digits[0] == '-' {
		digits = digits[1:]
	}
	if n := countDigits(digits); n == 0 || n != len(digits) || n > 1 && digits[0] == '0' {
		return dst, syntaxError("integer", text)
	}
	return append(dst, text...), nil
}

// float copies the digits too, because the server printed the shortest that read back as the same value.
func float(dst, text []byte) ([]byte, error) {
	if jsonNumber(text) {
		return append(dst, text...), nil
	}
	switch string(text) {
	case "NaN", "Infinity", "-Infinity":
		return appendQuoted(dst, text), nil
	}
	return dst, syntaxError("float", text)
}

// appendQuoted is for text that is known to hold nothing that JSON escapes.
func appendQuoted(dst, text []byte) []byte {
	dst = append(dst, '"')
	dst = append(dst, text...)
	return append(dst, '"')
}

func countDigits(b []byte) int {
	for i, c := range b {
		if c-'0' > 9 {
			return i
		}
	}
	return len(b)
}

func jsonNumber(b []byte) bool {
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	n := countDigits(b)
	if n == 0 || n > 1 && b[0] == '0' {
		return false
	}
	if b = b[n:]; len(b) > 0 && b[0] == '.' {
		if n = countDigits(b[1:]); n == 0 {
			return false
		}
		b = b[1+n:]
	}
	return len(b) == 0 || exponent(b)
}

func exponent(b []byte) bool {
	if b[0] != 'e' || len(b) < 2 {
		return false
	}
	if b = b[1:]; b[0] == '+' || b[0] == '-' {
		b = b[1:]
	}
	return len(b) > 0 && countDigits(b) == len(b)
}
