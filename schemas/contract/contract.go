// Package contract says, per table or collection, what is captured and what it becomes
// in ClickHouse. A table is captured by adding its contract file; no code knows any.
package contract

import (
	"github.com/tidemark-cdc/tidemark/schemas/topic"
	"github.com/tidemark-cdc/tidemark/schemas/types"
)

// Contract is one table's or collection's contract, checked.
type Contract struct {
	// Source is the name of a source in capture's config.
	Source string
	Family types.Family
	// Namespace is PostgreSQL's schema or MongoDB's database.
	Namespace string
	// Table is the table's or collection's name.
	Table  string
	Target Target
	// Key are indexes into Columns. Empty: the table has no key, so only its log of
	// changes is kept, no current state.
	Key     []int
	Columns []Column

	id uint32
}

// Target is where the rows are read in ClickHouse: raw.Table holds every change,
// Database.Table shows the current state.
type Target struct{ Database, Table string }

// String gives "database.table".
func (t Target) String() string { return t.Database + "." + t.Table }

// Column is one column of the target.
type Column struct {
	// Name is the column's name in ClickHouse, and in PostgreSQL.
	Name string
	// Path is where the value stands in a MongoDB document: "shipping.city",
	// "items[].price"; "." is the whole document. Empty for PostgreSQL.
	Path string
	Type types.Type
	// Nullable columns take null and missing values; others turn the record into a
	// dead letter.
	Nullable bool
	// ClickHouse is the full column type, Nullable included.
	ClickHouse string
}

// Topic is the Kafka topic of the table.
func (c *Contract) Topic() string { return topic.Name(c.Source, c.Namespace, c.Table) }

// Name is the source's own name of the table: "public.orders".
func (c *Contract) Name() string { return c.Namespace + "." + c.Table }

// ID identifies the contract's content. Every record carries the id under which it
// was emitted; two contracts with one id read a record alike.
func (c *Contract) ID() uint32 { return c.id }

// KeyColumns gives the key's columns in order.
func (c *Contract) KeyColumns() []Column {
	keys := make([]Column, len(c.Key))
	for i, k := range c.Key {
		keys[i] = c.Columns[k]
	}
	return keys
}

// Column finds a column by name, -1 when there is none.
func (c *Contract) Column(name string) int {
	for i := range c.Columns {
		if c.Columns[i].Name == name {
			return i
		}
	}
	return -1
}

// OfSource gives those of all that name source.
func OfSource(all []*Contract, source string) []*Contract {
	var out []*Contract
	for _, c := range all {
		if c.Source == source {
			out = append(out, c)
		}
	}
	return out
}
