// Package emit makes records of row changes: keys, envelopes and versions, without an allocation per row.
package emit

import (
	"fmt"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
	"github.com/tidemark-cdc/tidemark/capture/publish"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/pgtype"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// Table encodes the rows of one table as its columns stand now. The snapshot and the stream use the same, so that they give the same
// bytes. It is read-only and may be shared.
type Table struct {
	Contract *contract.Contract
	Topic    *publish.Topic

	columns  []column
	key      []int // into columns, in the contract's order
	template wire.Template
}

type column struct {
	member []byte // `,"name":`
	name   []byte // `"name"`
	append pgtype.Append
	ident  bool // part of the replica identity
}

// Origin says whose rows they are, for the envelope's source block.
type Origin struct {
	Source   string // the source's name in capture's config
	Database string
}

// NewTable prepares the encoders of a relation's columns. It fails if the relation lacks a column of the contract's key.
func NewTable(o Origin, c *contract.Contract, t *publish.Topic, columns []pgoutput.Column, types pgtype.Catalog) (*Table, error) {
	table := &Table{
		Contract: c,
		Topic:    t,
		template: wire.Source{Connector: "postgresql", Name: o.Source, Database: o.Database, Schema: c.Namespace, Table: c.Table}.Template(),
	}
	for _, col := range columns {
		name := wire.AppendString(nil, []byte(col.Name))
		table.columns = append(table.columns, column{
			name:   name,
			member: append(append([]byte{','}, name...), ':'),
			append: types.Encoder(col.Type),
			ident:  col.Key,
		})
	}
	for _, k := range c.KeyColumns() {
		i := find(columns, k.Name)
		if i < 0 {
			return nil, fault.New(fault.Unsupported, "capture "+c.Name(), fmt.Errorf("key column %q is not in the table (or not in the publication's column list)", k.Name),
				"Give the contract a key that the table has, or add the column to the publication.")
		}
		table.key = append(table.key, i)
	}
	return table, nil
}

func find(columns []pgoutput.Column, name string) int {
	for i := range columns {
		if columns[i].Name == name {
			return i
		}
	}
	return -1
}
