package pgtype

import "bytes"

// arrayOf encodes PostgreSQL's array text ({1,NULL,"a\"b"}, nested to any depth) as a JSON array of elem's form.
// Bounds that aren't the default ([2:3]={...}) are left out, as JSON arrays have none.
func arrayOf(elem Append, delimiter byte) Append {
	return func(dst, text []byte) ([]byte, error) {
		body := text
		if len(body) > 0 && body[0] == '[' {
			_, body, _ = bytes.Cut(body, []byte("="))
		}
		p := arrayParser{elem: elem, delimiter: delimiter, rest: body}
		out, ok := p.array(dst, 0)
		if !ok || len(p.rest) > 0 {
			return dst, syntaxError("array", text)
		}
		return out, nil
	}
}

// maxDimensions is PostgreSQL's own limit (MAXDIM); it bounds the recursion.
const maxDimensions = 6

type arrayParser struct {
	elem      Append
	delimiter byte
	rest      []byte
}

func (p *arrayParser) array(dst []byte, depth int) (_ []byte, ok bool) {
	if depth == maxDimensions || !p.skip('{') {
		return dst, false
	}
	dst = append(dst, '[')
	if p.skip('}') {
		return append(dst, ']'), true
	}
	for {
		if dst, ok = p.item(dst, depth); !ok {
			return dst, false
		}
		switch {
		case p.skip(p.delimiter):
			dst = append(dst, ',')
		case p.skip('}'):
			return append(dst, ']'), true
		default:
			return dst, false
		}
	}
}

func (p *arrayParser) item(dst []byte, depth int) (_ []byte, ok bool) {
	if len(p.rest) == 0 {
		return dst, false
	}
	switch p.rest[0] {
	case '{':
		return p.array(dst, depth+1)
	case '"':
		return p.quoted(dst)
	}
	text, ok := p.bare()
	if !ok {
		return dst, false
	}
	if string(text) == "NULL" {
		return append(dst, "null"...), true
	}
	dst, err := p.elem(dst, text)
	return dst, err == nil
}

// bare takes an unquoted element: up to the delimiter or the closing brace.
func (p *arrayParser) bare() ([]byte, bool) {
	for i, c := range p.rest {
		if c == p.delimiter || c == '}' {
			text := p.rest[:i]
			p.rest = p.rest[i:]
			return text, i > 0
		}
	}
	return nil, false
}

// quoted takes an element in double quotes. Its escapes are undone in dst's own tail, which is then closed up: no buffer of its own.
func (p *arrayParser) quoted(dst []byte) (_ []byte, ok bool) {
	end, escaped := closingQuote(p.rest)
	if end < 0 {
		return dst, false
	}
	inner := p.rest[1:end]
	p.rest = p.rest[end+1:]
	if !escaped {
		dst, err := p.elem(dst, inner)
		return dst, err == nil
	}
	start := len(dst)
	tail := appendUnescaped(dst, inner)
	out, err := p.elem(tail, tail[start:])
	if err != nil {
		return dst, false
	}
	n := copy(out[start:], out[len(tail):])
	return out[:start+n], true
}

func closingQuote(b []byte) (end int, escaped bool) {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			escaped = true
			i++
		case '"':
			return i, escaped
		}
	}
	return -1, escaped
}

func appendUnescaped(dst, b []byte) []byte {
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' && i+1 < len(b) {
			i++
		}
		dst = append(dst, b[i])
	}
	return dst
}

func (p *arrayParser) skip(c byte) bool {
	if len(p.rest) == 0 || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}
