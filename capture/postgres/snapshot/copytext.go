package snapshot

import (
	"bytes"
	"fmt"

	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
)

// line is one row in COPY's text format, taken apart. Its memory is reused from row to row.
type line struct {
	row     pgoutput.Tuple
	scratch []byte
}

// parse cuts b at its tabs. Values are views of b, or of the scratch where escapes were undone; they are good until the next parse.
func (l *line) parse(b []byte, columns int) error {
	b, ok := bytes.CutSuffix(b, []byte("\n"))
	if !ok {
		return fmt.Errorf("COPY sent %d bytes without the end of a row", len(b))
	}
	l.row = l.row[:0]
	if cap(l.scratch) < len(b) { // views of it must stay good, so it may not grow while the row is parsed
		l.scratch = make([]byte, 0, 2*len(b))
	}
	l.scratch = l.scratch[:0]
	for more := columns > 0; more; {
		var field []byte
		field, b, more = bytes.Cut(b, []byte("\t"))
		l.row = append(l.row, l.value(field))
	}
	if len(l.row) != columns {
		return fmt.Errorf("COPY sent %d values, the table has %d columns", len(l.row), columns)
	}
	return nil
}

func (l *line) value(field []byte) pgoutput.Value {
	escape := bytes.IndexByte(field, '\\')
	switch {
	case escape < 0:
		return pgoutput.Value{State: pgoutput.Text, Data: field}
	case string(field) == `\N`:
		return pgoutput.Value{State: pgoutput.Null}
	}
	start := len(l.scratch)
	l.scratch = append(l.scratch, field[:escape]...)
	for i := escape; i < len(field); i++ {
		c := field[i]
		if c == '\\' && i+1 < len(field) {
			i++
			c = unescape(field[i])
		}
		l.scratch = append(l.scratch, c)
	}
	return pgoutput.Value{State: pgoutput.Text, Data: l.scratch[start:]}
}

// unescape gives what a letter after a backslash stands for; the server writes no others than these.
func unescape(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'v':
		return '\v'
	}
	return c
}
