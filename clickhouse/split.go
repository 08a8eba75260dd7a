package clickhouse

import "strings"

// Split cuts a script at the semicolons that end statements: not at those inside quotes or comments, where a naive cut
// would send half a statement. Comments are dropped, as are empty statements.
func Split(script string) []string {
	var out []string
	var b strings.Builder
	flush := func() {
		if s := strings.TrimSpace(b.String()); s != "" {
			out = append(out, s)
		}
		b.Reset()
	}
	for rest := script; rest != ""; {
		n := token(rest)
		switch t := rest[:n]; {
		case t == ";":
			flush()
		case isComment(t):
			b.WriteByte(' ')
		default:
			b.WriteString(t)
		}
		rest = rest[n:]
	}
	flush()
	return out
}

func isComment(t string) bool {
	return strings.HasPrefix(t, "--") || strings.HasPrefix(t, "/*")
}

// token gives the length of what s begins with: a comment, a quoted piece, a semicolon, or text up to one of these.
func token(s string) int {
	switch {
	case s[0] == ';':
		return 1
	case strings.HasPrefix(s, "--"):
		return until(s, "\n", 0)
	case strings.HasPrefix(s, "/*"):
		return until(s, "*/", 2)
	case strings.IndexByte("'\"`", s[0]) >= 0:
		return quoted(s)
	}
	for i := 1; i < len(s); i++ {
		if strings.IndexByte(";'\"`", s[i]) >= 0 || strings.HasPrefix(s[i:], "--") || strings.HasPrefix(s[i:], "/*") {
			return i
		}
	}
	return len(s)
}

// until gives the length up to and with end, or all of s; a line comment's end stays outside, it separates words.
func until(s, end string, with int) int {
	if i := strings.Index(s[2:], end); i >= 0 {
		return 2 + i + with
	}
	return len(s)
}

func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[0]:
			return i + 1
		}
	}
	return len(s)
}
