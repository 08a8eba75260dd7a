// Package olist replays the public orders of the "Brazilian E-Commerce" data set, a folder of CSV files, in the order in
// which they happened.
package olist

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/money"
)

// table is a CSV file whose columns are found by name.
type table struct {
	name    string
	reader  *csv.Reader
	columns []string
	row     []string
	line    int
	err     error
}

// each calls take for every row of dir's file name. The first cell that cannot be read ends it.
func each(dir, name string, take func(*table)) error {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return fmt.Errorf("open the orders' data: %w", err)
	}
	defer f.Close()
	t := &table{name: name, reader: csv.NewReader(f)}
	if t.columns, err = t.reader.Read(); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	t.columns[0] = trimMark(t.columns[0])
	for {
		if t.row, err = t.reader.Read(); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		t.line, _ = t.reader.FieldPos(0)
		if take(t); t.err != nil {
			return t.err
		}
	}
}

// trimMark takes off the byte order mark that spreadsheets leave.
func trimMark(s string) string {
	if len(s) >= 3 && s[:3] == "\ufeff" {
		return s[3:]
	}
	return s
}

func (t *table) fail(column string, err error) {
	if t.err == nil {
		t.err = fmt.Errorf("%s, line %d, column %s: %w", t.name, t.line, column, err)
	}
}

func (t *table) text(column string) string {
	i := slices.Index(t.columns, column)
	if i < 0 {
		t.fail(column, fmt.Errorf("no such column among %v", t.columns))
		return ""
	}
	return t.row[i]
}

func (t *table) number(column string) int {
	var n int
	if s := t.text(column); s != "" {
		if _, err := fmt.Sscanf(s, "%d", &n); err != nil {
			t.fail(column, fmt.Errorf("%q is no number", s))
		}
	}
	return n
}

func (t *table) money(column string) money.Cents {
	c, err := money.Parse(t.text(column))
	if err != nil {
		t.fail(column, err)
	}
	return c
}

// at reads a time; an empty cell gives the zero time. The files name no zone: their times are taken as UTC.
func (t *table) at(column string) time.Time {
	s := t.text(column)
	if s == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.DateTime, s)
	if err != nil {
		t.fail(column, err)
	}
	return at
}

// prefix gives the first n bytes of s, or all of it.
func prefix(s string, n int) string { return s[:min(n, len(s))] }
