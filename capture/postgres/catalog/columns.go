package catalog

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
)

// Column is a column of a table.
type Column struct {
	Name      string
	Type      uint32 // pg_type oid
	TypeMod   int32
	NotNull   bool
	Generated bool
	// Declared is the type as SQL names it: numeric(12,2), a domain's base type, "enum" for every enum.
	Declared string
	// InPrimaryKey is the column's place in the primary key from 1, 0 outside.
	InPrimaryKey int
	// InIdentity is set for the columns of the replica identity, which old rows always carry.
	InIdentity bool
}

const columnsSQL = `
WITH RECURSIVE rel AS (
  SELECT c.oid, c.relreplident FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2
), keys AS (
  SELECT i.indisprimary AS pk, k.attnum, k.place, i.indisprimary AND r.relreplident = 'd' OR i.indisreplident AND r.relreplident = 'i' AS ident
  FROM rel r JOIN pg_index i ON i.indrelid = r.oid CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, place)
  WHERE k.place <= i.indnkeyatts AND (i.indisprimary OR i.indisreplident)
), base AS (
  SELECT a.attnum, a.atttypid AS typ, a.atttypmod AS mod FROM rel r JOIN pg_attribute a ON a.attrelid = r.oid
  UNION ALL
  SELECT b.attnum, t.typbasetype, CASE WHEN t.typtypmod >= 0 THEN t.typtypmod ELSE b.mod END
  FROM base b JOIN pg_type t ON t.oid = b.typ WHERE t.typtype = 'd'
)
SELECT a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attgenerated <> '',
  CASE WHEN t.typtype = 'e' THEN 'enum' WHEN e.typtype = 'e' THEN 'enum[]' ELSE format_type(b.typ, b.mod) END,
  COALESCE((SELECT k.place FROM keys k WHERE k.pk AND k.attnum = a.attnum), 0)::int,
  r.relreplident = 'f' OR EXISTS (SELECT FROM keys k WHERE k.ident AND k.attnum = a.attnum)
FROM rel r JOIN pg_attribute a ON a.attrelid = r.oid
JOIN base b ON b.attnum = a.attnum JOIN pg_type t ON t.oid = b.typ AND t.typtype <> 'd'
LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typoutput = 'array_out'::regproc
WHERE a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum`

// Columns gives a table's columns in order; none if there is no such table.
func Columns(ctx context.Context, conn *pgx.Conn, namespace, table string) ([]Column, error) {
	doing := "list the columns of " + namespace + "." + table
	rows, err := conn.Query(ctx, columnsSQL, namespace, table)
	if err != nil {
		return nil, connect.Fault(doing, err)
	}
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Column])
	if err != nil {
		return nil, connect.Fault(doing, err)
	}
	return columns, nil
}
