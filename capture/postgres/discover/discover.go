// Package discover writes a contract for a live table.
package discover

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"gopkg.in/yaml.v3"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/catalog"
	"github.com/tidemark-cdc/tidemark/capture/postgres/check"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// Table gives a contract of "schema.table" as it stands: all columns that the stream sends, the primary key as the key, and the
// database's name for the target's.
func Table(ctx context.Context, conn *pgx.Conn, source, name string) (*contract.Contract, error) {
	doing := "discover " + name
	namespace, table, ok := strings.Cut(name, ".")
	if !ok {
		namespace, table = "public", name
	}
	columns, err := catalog.Columns(ctx, conn, namespace, table)
	if err != nil {
		return nil, err
	}
	if len(columns) == 0 {
		return nil, fault.New(fault.Config, doing, fmt.Errorf("there is no such table in database %s", conn.Config().Database), "Name it as schema.table.")
	}
	text, err := yaml.Marshal(file(source, namespace, table, conn.Config().Database, columns))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	c, err := contract.Parse(text)
	if err != nil {
		return nil, fault.New(fault.Unsupported, doing, err, "Write the contract by hand, without what it can't name.")
	}
	return c, nil
}

func file(source, namespace, table, database string, columns []catalog.Column) map[string]any {
	var list []map[string]any
	key := []string{}
	for place := 1; place <= len(columns); place++ {
		for _, c := range columns {
			if c.InPrimaryKey == place {
				key = append(key, c.Name)
			}
		}
	}
	for _, c := range columns {
		if c.Generated {
			continue // not in the stream before PostgreSQL 18
		}
		m := map[string]any{"name": c.Name, "type": check.DeclaredType(c.Declared).String()}
		if !c.NotNull {
			m["nullable"] = true
		}
		list = append(list, m)
	}
	return map[string]any{"contract": 1, "source": source, "table": namespace + "." + table, "target": database + "." + table, "key": key, "columns": list}
}
