// Package clickhouse holds the SQL of the databases and tables that are the same for every deployment: sql/*.sql, in the
// order of their numbers. Tables of contracts and of models are made by sink and aggregate.
package clickhouse

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
)

//go:embed sql/*.sql
var files embed.FS

// Statement is one statement of an embedded file.
type Statement struct {
	File string
	SQL  string
}

// Statements gives every statement in the order in which Apply runs them. Each is safe to run again.
func Statements() ([]Statement, error) {
	names, err := fs.Glob(files, "sql/*.sql")
	if err != nil {
		return nil, err
	}
	var all []Statement
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		for _, sql := range Split(string(text)) {
			all = append(all, Statement{File: name, SQL: sql})
		}
	}
	return all, nil
}

// Apply makes the databases, the ops tables and their views, through exec. It stops at the first error and may be run again.
func Apply(ctx context.Context, exec func(ctx context.Context, sql string) error) error {
	statements, err := Statements()
	if err != nil {
		return err
	}
	for i, s := range statements {
		if err := exec(ctx, s.SQL); err != nil {
			return fmt.Errorf("%s, statement %d: %w", s.File, i+1, err)
		}
	}
	return nil
}
