package tables

import (
	"strings"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/column"
	"github.com/tidemark-cdc/tidemark/sink/rows"
)

// col is a column of a table.
type col struct{ name, typ string }

// rawMeta are the columns that raw adds to the contract's.
var rawMeta = []col{
	{"_sign", "Int8"},
	{"_version", "UInt128"},
	{"_op", rows.OpType},
	{"_commit_time", "DateTime64(6, 'UTC')"},
	{"_incarnation", "LowCardinality(String)"},
	{"_partition", "UInt16"},
	{"_offset", "UInt64"},
}

// currentMeta are the columns that current adds.
var currentMeta = []col{{"_version", "UInt128"}, {"_deleted", "UInt8"}}

// contractColumns gives the contract's columns with meta after them.
func contractColumns(c *contract.Contract, meta []col) []col {
	cols := make([]col, 0, len(c.Columns)+len(meta))
	for _, cc := range c.Columns {
		cols = append(cols, col{cc.Name, column.Normalize(cc.ClickHouse)})
	}
	return append(cols, meta...)
}

// define lists columns as CREATE TABLE wants them.
func define(cols []col) []string {
	lines := make([]string, len(cols))
	for i, c := range cols {
		lines[i] = "    " + clickhouse.Ident(c.name) + " " + c.typ
	}
	return lines
}

// selected lists the contract's columns for a SELECT.
func selected(c *contract.Contract) string {
	names := make([]string, len(c.Columns))
	for i, cc := range c.Columns {
		names[i] = cc.Name
	}
	return clickhouse.Idents(names)
}

// keyNames gives the key's columns and what follows them in a sorting key.
func keyNames(c *contract.Contract, more ...string) []string {
	var names []string
	for _, k := range c.KeyColumns() {
		names = append(names, k.Name)
	}
	return append(names, more...)
}

// temporal reports whether a type is one of time, for which FINAL with a filter needs a
// minmax index: without it every row is merged before any is dropped.
func temporal(typ string) bool {
	typ = strings.TrimPrefix(typ, "Nullable(")
	return strings.HasPrefix(typ, "Date")
}
