package journal

import (
	"errors"
	"fmt"
	"strings"
)

// errDecoding is wrapped by every failure to read what test_decoding printed.
var errDecoding = errors.New("test_decoding output")

// printed is one line of test_decoding that is about tables.
type printed struct {
	tables []string // quoted as PostgreSQL does: public."Odd name"
	kind   Kind
	// old and row are values by column name. Old rows leave out what is NULL.
	old, row map[string]value
}

// value is a column's text; null and unchanged are states of their own.
type value struct {
	text            string
	null, unchanged bool
}

// parseLine reads a line; ok is false for one that is about no table: BEGIN, COMMIT and
// messages.
func parseLine(line string) (p printed, ok bool, err error) {
	rest, ok := strings.CutPrefix(line, "table ")
	if !ok {
		return p, false, nil
	}
	names, rest, err := cutNames(rest)
	if err != nil {
		return p, false, fmt.Errorf("%w: %w: %.200q", errDecoding, err, line)
	}
	p.tables = names
	op, rest, _ := strings.Cut(rest, ":")
	switch op {
	case "INSERT":
		p.kind = Insert
	case "UPDATE":
		p.kind = Update
	case "DELETE":
		p.kind = Delete
	case "TRUNCATE":
		p.kind = Truncate
		return p, true, nil
	default:
		return p, false, fmt.Errorf("%w: unknown operation %q", errDecoding, op)
	}
	if err := p.images(strings.TrimPrefix(rest, " ")); err != nil {
		return p, false, fmt.Errorf("%w: %w: %.200q", errDecoding, err, line)
	}
	return p, true, nil
}

// images reads the rows behind the operation.
func (p *printed) images(rest string) (err error) {
	if rest == "(no-tuple-data)" {
		return nil
	}
	if r, ok := strings.CutPrefix(rest, "old-key: "); ok {
		if p.old, rest, err = cutRow(r); err != nil {
			return err
		}
		rest = strings.TrimPrefix(rest, "new-tuple: ")
	}
	if p.row, rest, err = cutRow(rest); err == nil && rest != "" {
		err = fmt.Errorf("%.80q is left over", rest)
	}
	if p.kind == Delete {
		p.old, p.row = p.row, nil
	}
	return err
}

// cutNames reads "public.a, public.b: " up to the colon.
func cutNames(s string) (names []string, rest string, err error) {
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			end := strings.IndexByte(s[i+1:], '"')
			if end < 0 {
				return nil, "", errors.New("a name without an end")
			}
			i += end + 1
		case ',', ':':
			names = append(names, s[start:i])
			i++ // the blank behind it
			if s[i-1] == ':' {
				return names, strings.TrimPrefix(s[i:], " "), nil
			}
			start = i + 1
		}
	}
	return nil, "", errors.New("no colon after the names")
}

// cutRow reads `id[integer]:1 "odd name"[text]:'x'` up to its end or to "new-tuple: ".
func cutRow(s string) (row map[string]value, rest string, err error) {
	row = map[string]value{}
	for s != "" && !strings.HasPrefix(s, "new-tuple: ") {
		var name string
		if name, s, err = cutName(s); err != nil {
			return nil, "", err
		}
		var v value
		if v, s, err = cutValue(s); err != nil {
			return nil, "", err
		}
		row[name] = v
		s = strings.TrimPrefix(s, " ")
	}
	return row, s, nil
}

// cutName reads a column's name, and skips its type.
func cutName(s string) (name, rest string, err error) {
	if strings.HasPrefix(s, `"`) {
		if name, rest, err = cutQuoted(s, '"'); err != nil {
			return "", "", err
		}
	} else if i := strings.IndexByte(s, '['); i > 0 {
		name, rest = s[:i], s[i:]
	}
	end := strings.Index(rest, "]:")
	if !strings.HasPrefix(rest, "[") || end < 0 {
		return "", "", fmt.Errorf("no column at %.80q", s)
	}
	return name, rest[end+2:], nil
}

// cutValue reads a value: bare up to the next blank, or quoted.
func cutValue(s string) (v value, rest string, err error) {
	if s = strings.TrimPrefix(s, "B"); strings.HasPrefix(s, "'") { // B'101' is a bit string
		v.text, rest, err = cutQuoted(s, '\'')
		return v, rest, err
	}
	v.text, rest, _ = strings.Cut(s, " ")
	switch v.text {
	case "null":
		v = value{null: true}
	case "unchanged-toast-datum":
		v = value{unchanged: true}
	}
	return v, rest, nil
}

// cutQuoted reads what stands between quotes, in which a quote is written twice.
func cutQuoted(s string, quote byte) (text, rest string, err error) {
	twice := string([]byte{quote, quote})
	for i := 1; i < len(s); i++ {
		if s[i] != quote {
			continue
		}
		if i+1 < len(s) && s[i+1] == quote {
			i++
			continue
		}
		return strings.ReplaceAll(s[1:i], twice, string(quote)), s[i+1:], nil
	}
	return "", "", errors.New("a quote without an end")
}
