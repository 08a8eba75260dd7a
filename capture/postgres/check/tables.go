package check

import (
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/capture/postgres/catalog"
	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// table is what there is of a contract's table.
type table struct {
	*contract.Contract
	quoted      string
	exists      bool
	kind        string // pg_class.relkind
	persistence string
	identity    string // pg_class.relreplident
	readable    bool
	hidden      bool // row-level security would hide rows from the user
	unique      bool // a unique index without conditions covers exactly the contract's key
	columns     []catalog.Column
}

const tableSQL = `SELECT c.relkind::text, c.relpersistence::text, c.relreplident::text,
  has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'), row_security_active(c.oid),
  EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
    AND (SELECT array_agg(a.attname::text ORDER BY a.attname::text) FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(num, place)
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.num WHERE k.place <= i.indnkeyatts)
      = (SELECT array_agg(x ORDER BY x) FROM unnest($3::text[]) x))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2`

// tables looks up every contract's table.
func (c *checker) tables() ([]*table, error) {
	var all []*table
	for _, k := range c.Contracts {
		t := &table{Contract: k, quoted: connect.QuoteName(k.Namespace, k.Table), exists: true}
		err := c.conn.QueryRow(c.ctx, tableSQL, k.Namespace, k.Table, t.keyNames()).Scan(&t.kind, &t.persistence, &t.identity, &t.readable, &t.hidden, &t.unique)
		if errors.Is(err, pgx.ErrNoRows) {
			t.exists, err = false, nil
		}
		if err != nil {
			return nil, connect.Fault("look up table "+k.Name(), err)
		}
		if t.columns, err = catalog.Columns(c.ctx, c.conn, k.Namespace, k.Table); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

func (t *table) keyNames() []string {
	names := []string{}
	for _, k := range t.KeyColumns() {
		names = append(names, k.Name)
	}
	return names
}

func (t *table) column(name string) *catalog.Column {
	for i := range t.columns {
		if t.columns[i].Name == name {
			return &t.columns[i]
		}
	}
	return nil
}
