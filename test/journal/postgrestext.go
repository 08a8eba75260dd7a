package journal

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/types"
)

// postgresText prints a value as PostgreSQL gives it, in time zone UTC, as ClickHouse
// prints what it becomes.
func postgresText(t types.Type, text string) string {
	switch {
	case t.Elem != nil:
		return postgresArray(*t.Elem, text)
	case t.Form == types.FormBase64:
		return strings.TrimPrefix(text, `\x`)
	case t.Form == types.FormRFC3339:
		return strings.TrimSuffix(text, "+00")
	case t.Form == types.FormMicros && !strings.HasPrefix(t.Name, "timestamp"):
		return clockMicros(text)
	case t.Name == "boolean" && len(text) == 1: // inside of an array
		return strconv.FormatBool(text == "t")
	}
	return text
}

// clockMicros reads a time of day as microseconds since midnight.
func clockMicros(text string) string {
	at, err := time.Parse("15:04:05.999999", text)
	if err != nil {
		return text
	}
	h, m, s := at.Clock()
	return strconv.FormatInt(int64(h*3600+m*60+s)*1_000_000+int64(at.Nanosecond()/1000), 10)
}

// postgresArray prints '{a,NULL,"b c"}' as a JSON list of texts.
func postgresArray(elem types.Type, text string) string {
	var out []*string
	body := strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}")
	for body != "" {
		var item string
		quoted := body[0] == '"'
		item, body = cutItem(body)
		switch {
		case !quoted && item == "NULL":
			out = append(out, nil)
		default:
			t := postgresText(elem, item)
			out = append(out, &t)
		}
	}
	if out == nil {
		return "[]"
	}
	b, err := json.Marshal(out)
	if err != nil {
		return fmt.Sprintf("%v", err) // strings always marshal
	}
	return string(b)
}

// cutItem reads one element and the comma behind it. Inside of quotes a backslash takes
// the next character as it is.
func cutItem(s string) (item, rest string) {
	if s[0] != '"' {
		item, rest, _ = strings.Cut(s, ",")
		return item, rest
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
			if i < len(s) {
				b.WriteByte(s[i])
			}
		case '"':
			return b.String(), strings.TrimPrefix(s[i+1:], ",")
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}
