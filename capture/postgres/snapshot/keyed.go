package snapshot

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
)

// Keyed gives the rows of t with the keys' values, as the snapshot shows them. Where it holds none found is false, and the
// row has the key's columns alone. The row is good until each returns.
func (e *Export) Keyed(ctx context.Context, url string, t Table, key []string, keys [][]string, each func(row pgoutput.Tuple, found bool) error) error {
	conn, err := e.session(ctx, url)
	if err != nil {
		return err
	}
	defer end(conn)
	doing := fmt.Sprintf("read %d rows of %s.%s by their keys", len(keys), t.Namespace, t.Name)
	sql, err := t.keyedSQL(ctx, conn, key, keys)
	if err != nil {
		return connect.Fault(doing, err)
	}
	w := &keyed{columns: len(t.Columns) + 1, each: each}
	if _, err := conn.PgConn().CopyTo(ctx, w, sql); err != nil {
		return connect.Fault(doing, err)
	}
	return nil
}

// keyedSQL gives a line for each key: whether there is a row, and its columns.
func (t Table) keyedSQL(ctx context.Context, conn *pgx.Conn, key []string, keys [][]string) (string, error) {
	types, err := t.types(ctx, conn)
	if err != nil {
		return "", err
	}
	var lists, names, joins []string
	asked := map[string]string{}
	for i, k := range key {
		texts := make([]string, len(keys))
		for j := range keys {
			if len(keys[j]) != len(key) {
				return "", fmt.Errorf("a key has %d values, the table's has %d", len(keys[j]), len(key))
			}
			texts[j] = connect.QuoteLiteral(keys[j][i])
		}
		lists = append(lists, "ARRAY["+strings.Join(texts, ", ")+"]::text[]")
		names = append(names, fmt.Sprintf("k%d", i))
		asked[k] = fmt.Sprintf("v.k%d::%s", i, types[k])
		joins = append(joins, fmt.Sprintf("t.%s = %s", connect.QuoteName(k), asked[k]))
	}
	columns := []string{"t." + connect.QuoteName(key[0]) + " IS NOT NULL"}
	for _, c := range t.Columns {
		if of, ok := asked[c]; ok {
			columns = append(columns, of)
			continue
		}
		columns = append(columns, "t."+connect.QuoteName(c))
	}
	rows := connect.QuoteName(t.Namespace, t.Name)
	if t.Filter != "" {
		rows = "(SELECT * FROM " + rows + " WHERE " + t.Filter + ")"
	}
	return fmt.Sprintf("COPY (SELECT %s FROM unnest(%s) AS v(%s) LEFT JOIN %s AS t ON %s) TO STDOUT", strings.Join(columns, ", "),
		strings.Join(lists, ", "), strings.Join(names, ", "), rows, strings.Join(joins, " AND ")), nil
}

// types are the columns' types as SQL writes them.
func (t Table) types(ctx context.Context, conn *pgx.Conn) (map[string]string, error) {
	rows, err := conn.Query(ctx, "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped",
		connect.QuoteName(t.Namespace, t.Name))
	if err != nil {
		return nil, err
	}
	types, name, typ := map[string]string{}, "", ""
	_, err = pgx.ForEachRow(rows, []any{&name, &typ}, func() error {
		types[name] = typ
		return nil
	})
	return types, err
}

// keyed takes what COPY sends, a row with each call.
type keyed struct {
	line    line
	columns int
	each    func(row pgoutput.Tuple, found bool) error
}

func (k *keyed) Write(p []byte) (int, error) {
	if err := k.line.parse(p, k.columns); err != nil {
		return 0, err
	}
	return len(p), k.each(k.line.row[1:], string(k.line.row[0].Data) == "t")
}
