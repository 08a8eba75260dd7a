package compare

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/types"
)

// Postgres reads tables from PostgreSQL.
type Postgres struct{ Conn *pgx.Conn }

// Digest reads the whole table.
func (p Postgres) Digest(ctx context.Context, c *contract.Contract) (*Digest, error) {
	cols := comparable(c)
	exprs := make([]string, len(cols))
	for i, col := range cols {
		exprs[i] = postgresText(pgx.Identifier{col.Name}.Sanitize(), col.Type)
	}
	rows, err := p.Conn.Query(ctx, fmt.Sprintf("SELECT %s FROM %s", strings.Join(exprs, ", "), pgx.Identifier{c.Namespace, c.Table}.Sanitize()))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", c.Name(), err)
	}
	defer rows.Close()
	texts, dest := make([]*string, len(cols)), make([]any, len(cols))
	for i := range dest {
		dest[i] = &texts[i]
	}
	d, fields := NewDigest(), make([]string, len(cols))
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return nil, fmt.Errorf("read %s: %w", c.Name(), err)
		}
		canonicalRow(cols, texts, fields)
		d.Add(keyOf(c, cols, fields), fields)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", c.Name(), err)
	}
	return d, nil
}

// canonicalRow fills fields from the texts of one row; nil is NULL.
func canonicalRow(cols []contract.Column, texts []*string, fields []string) {
	for i, t := range texts {
		if fields[i] = null; t != nil {
			fields[i] = canonical(cols[i].ClickHouse, *t)
		}
	}
}

// postgresText is the expression that prints a column as ClickHouse will.
func postgresText(expr string, t types.Type) string {
	switch {
	case t.Elem != nil:
		inner := postgresText("x", *t.Elem)
		return "coalesce(to_json(array(SELECT " + inner + " FROM unnest(" + expr + ") WITH ORDINALITY AS e(x, n) ORDER BY n)), '[]')::text"
	case t.Name == "text": // of char(n), too, whose blanks a cast to text would cut
		return "CASE WHEN " + expr + " IS NOT NULL THEN format('%s', " + expr + ") END"
	case t.Form == types.FormBase64:
		return "encode(" + expr + ", 'hex')"
	case t.Form == types.FormDays:
		return "to_char(" + expr + ", 'YYYY-MM-DD')"
	case t.Form == types.FormRFC3339:
		return "to_char(" + expr + " AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
	case t.Form == types.FormMicros && strings.HasPrefix(t.Name, "timestamp"):
		return "to_char(" + expr + ", 'YYYY-MM-DD HH24:MI:SS.US')"
	case t.Form == types.FormMicros:
		return "(extract(epoch FROM " + expr + ") * 1000000)::bigint::text"
	}
	return expr + "::text"
}
