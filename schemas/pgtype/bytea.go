package pgtype

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// bytea writes base64, straight from the hexadecimal text (\x0102ff): six digits become four.
func bytea(dst, text []byte) ([]byte, error) {
	if len(text) < 2 || text[0] != '\\' || text[1] != 'x' || len(text)%2 != 0 {
		return dst, syntaxError("bytea in hex", text)
	}
	start := len(dst)
	dst = append(dst, '"')
	for h := text[2:]; len(h) > 0; {
		n := min(len(h), 6)
		bits, ok := unhex(h[:n])
		if !ok {
			return dst[:start], syntaxError("bytea in hex", text)
		}
		dst = appendGroup(dst, bits<<(24-4*n), n/2)
		h = h[n:]
	}
	return append(dst, '"'), nil
}

// appendGroup writes the four base64 digits of n bytes that stand in the upper part of 24 bits.
func appendGroup(dst []byte, bits uint32, n int) []byte {
	group := [4]byte{base64Digits[bits>>18], base64Digits[bits>>12&63], base64Digits[bits>>6&63], base64Digits[bits&63]}
	for i := n + 1; i < 4; i++ {
		group[i] = '='
	}
	return append(dst, group[:]...)
}

func unhex(h []byte) (bits uint32, ok bool) {
	var bad byte
	for _, c := range h {
		v := nibbles[c]
		bad |= v
		bits = bits<<4 | uint32(v)
	}
	return bits, bad < 16
}

// nibbles maps a hexadecimal digit to its value, everything else to 255.
var nibbles = func() (t [256]byte) {
	for i := range t {
		t[i] = 255
	}
	for i, c := range []byte("0123456789abcdef") {
		t[c] = byte(i)
	}
	for i, c := range []byte("ABCDEF") {
		t[c] = byte(10 + i)
	}
	return t
}()
