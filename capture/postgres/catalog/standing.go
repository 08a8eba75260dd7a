package catalog

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
)

// Standing is what a publication is and how tables stand in it, each as a text that differs after any change that may have kept a row
// change from being sent, also one that was taken back: a table that left and came back has another oid in pg_publication_rel, a
// publication that was altered has another xmin.
type Standing struct {
	Publication string            `json:"publication"`
	Tables      map[string]string `json:"tables"` // by "schema.table"
}

const standingSQL = `SELECT p.oid, p.xmin::text, concat_ws(', ', CASE WHEN pubinsert THEN 'insert' END, CASE WHEN pubupdate THEN 'update' END,
  CASE WHEN pubdelete THEN 'delete' END, CASE WHEN pubtruncate THEN 'truncate' END), puballtables, pubviaroot
FROM pg_catalog.pg_publication p WHERE pubname = $1`

// A table that is not named itself is sent by FOR ALL TABLES or by its schema. The filter and the column list (PostgreSQL 15) are
// compared as the catalog holds them.
const tableStandingSQL = `SELECT n.nspname || '.' || c.relname, c.oid, COALESCE(r.oid, 0), COALESCE(to_jsonb(r)->>'prqual', ''), COALESCE(to_jsonb(r)->>'prattrs', 'all'),
  CASE WHEN r.oid IS NOT NULL OR $3 THEN true
  ELSE EXISTS (SELECT FROM pg_catalog.pg_publication_tables t WHERE t.pubname = $1 AND t.schemaname = n.nspname AND t.tablename = c.relname) END
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_publication_rel r ON r.prrelid = c.oid AND r.prpubid = $4
WHERE n.nspname || '.' || c.relname = ANY($2::text[])`

// LookStanding reads how the tables stand in a publication. What does not exist is "missing".
func LookStanding(ctx context.Context, conn *pgx.Conn, publication string, tables []string) (*Standing, error) {
	s := &Standing{Publication: "missing", Tables: map[string]string{}}
	for _, t := range tables {
		s.Tables[t] = "missing"
	}
	var oid uint32
	var xmin, sends string
	var all, root bool
	err := conn.QueryRow(ctx, standingSQL, publication).Scan(&oid, &xmin, &sends, &all, &root)
	if errors.Is(err, pgx.ErrNoRows) {
		return s, nil
	}
	if err != nil {
		return nil, connect.Fault("look up publication "+publication, err)
	}
	s.Publication = fmt.Sprintf("oid %d as of transaction %s, sends %s, all tables %t, via root %t", oid, xmin, sends, all, root)
	rows, err := conn.Query(ctx, tableStandingSQL, publication, tables, all, oid)
	if err != nil {
		return nil, connect.Fault("look up the tables of publication "+publication, err)
	}
	var name, filter, columns string
	var table, entry uint32
	var sent bool
	_, err = pgx.ForEachRow(rows, []any{&name, &table, &entry, &filter, &columns, &sent}, func() error {
		s.Tables[name] = standing(table, entry, filter, columns, sent)
		return nil
	})
	return s, connect.Fault("look up the tables of publication "+publication, err)
}

func standing(table, entry uint32, filter, columns string, sent bool) string {
	if !sent {
		return fmt.Sprintf("table %d, not sent", table)
	}
	rows := "all"
	if filter != "" {
		rows = "those where " + filter
	}
	return fmt.Sprintf("table %d sent by entry %d, columns %s, rows %s", table, entry, columns, rows)
}
