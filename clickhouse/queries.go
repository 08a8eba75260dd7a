package clickhouse

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed queries/*.sql
var queries embed.FS

// ErrQuery is wrapped when a file of queries lacks its comment.
var ErrQuery = fmt.Errorf("analysis query")

// Query is an analysis query: a business question, how to read its answer, and the SQL.
type Query struct{ Name, Question, Read, SQL string }

// Queries gives the analysis queries, by name.
func Queries() ([]Query, error) {
	names, err := fs.Glob(queries, "queries/*.sql")
	if err != nil {
		return nil, err
	}
	var all []Query
	for _, name := range names {
		text, err := queries.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		q, err := parseQuery(strings.TrimSuffix(path.Base(name), ".sql"), string(text))
		if err != nil {
			return nil, err
		}
		all = append(all, q)
	}
	return all, nil
}

func parseQuery(name, text string) (Query, error) {
	question, rest, _ := strings.Cut(text, "\n")
	read, sql, _ := strings.Cut(rest, "\n")
	q := Query{Name: name, SQL: strings.TrimSpace(sql)}
	var asks, reads bool
	q.Question, asks = strings.CutPrefix(question, "-- question: ")
	q.Read, reads = strings.CutPrefix(read, "-- read: ")
	if !asks || !reads || q.SQL == "" {
		return Query{}, fmt.Errorf("%w %s: want a line '-- question: ...', a line '-- read: ...' and a SELECT", ErrQuery, name)
	}
	return q, nil
}
