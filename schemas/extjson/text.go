package extjson

import "unicode/utf8"

// string writes text between two fixed pieces.
func (w *writer) string(before string, text []byte, after string) {
	w.raw(before)
	w.text(text)
	w.raw(after)
}

// text writes the content of a JSON string: runs that need no escape are copied whole.
func (w *writer) text(s []byte) {
	start := 0
	for i := 0; i < len(s); {
		b := s[i]
		if b < utf8.RuneSelf {
			if w.forms.escapes[b] != "" {
				w.dst = append(w.dst, s[start:i]...)
				w.raw(w.forms.escapes[b])
				start = i + 1
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(s[i:])
		if r == utf8.RuneError && n == 1 {
			w.dst = append(w.dst, s[start:i]...)
			w.raw("\uFFFD")
			start = i + 1
		}
		i += n
	}
	w.dst = append(w.dst, s[start:]...)
}
