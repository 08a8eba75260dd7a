package catalog

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
	"github.com/tidemark-cdc/tidemark/schemas/pgtype"
)

// Types reads the types that users made.
func Types(ctx context.Context, conn *pgx.Conn) (pgtype.Catalog, error) {
	rows, err := conn.Query(ctx, pgtype.Query)
	if err != nil {
		return pgtype.Catalog{}, connect.Fault("read pg_type", err)
	}
	var all []pgtype.Type
	var t pgtype.Type
	var delimiter string
	_, err = pgx.ForEachRow(rows, []any{&t.OID, &t.Base, &t.Element, &delimiter}, func() error {
		t.Delimiter = delimiter[0]
		all = append(all, t)
		return nil
	})
	if err != nil {
		return pgtype.Catalog{}, connect.Fault("read pg_type", err)
	}
	return pgtype.NewCatalog(all), nil
}

// Sent gives the columns of a table that the stream sends, in its order. version is the server's, as server_version_num.
func Sent(columns []Column, how Published, version int) []Column {
	var out []Column
	for _, c := range columns {
		if c.Generated && version < 180000 || len(how.Columns) > 0 && !slices.Contains(how.Columns, c.Name) {
			continue
		}
		out = append(out, c)
	}
	return out
}
