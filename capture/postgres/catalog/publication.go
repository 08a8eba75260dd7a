package catalog

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
)

// Publication is what a publication sends.
type Publication struct {
	Insert, Update, Delete, Truncate bool
	ViaRoot                          bool // partitions' changes are sent as the partitioned table's
	AllTables                        bool
	Tables                           map[string]Published // what is sent, by "schema.table"
	Named                            []string             // what was added by name: partitioned tables also where only partitions are sent
}

// Published is how one table is published.
type Published struct {
	Columns []string // PostgreSQL 15 and newer; empty: all
	Filter  string   // SQL; empty: all rows
}

const publicationSQL = `SELECT pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot, puballtables,
  ARRAY(SELECT n.nspname || '.' || c.relname FROM pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE r.prpubid = p.oid)
FROM pg_publication p WHERE pubname = $1`

// The view has had its columns attnames and rowfilter since PostgreSQL 15; as JSON their absence is no error.
const publishedSQL = `SELECT schemaname || '.' || tablename,
  ARRAY(SELECT jsonb_array_elements_text(CASE WHEN jsonb_typeof(j->'attnames') = 'array' THEN j->'attnames' ELSE '[]' END)), COALESCE(j->>'rowfilter', '')
FROM pg_publication_tables t, LATERAL to_jsonb(t) j WHERE pubname = $1`

// LookPublication reads a publication; nil if there is none of that name.
func LookPublication(ctx context.Context, conn *pgx.Conn, name string) (*Publication, error) {
	p := Publication{Tables: map[string]Published{}}
	err := conn.QueryRow(ctx, publicationSQL, name).Scan(&p.Insert, &p.Update, &p.Delete, &p.Truncate, &p.ViaRoot, &p.AllTables, &p.Named)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, connect.Fault("look up publication "+name, err)
	}
	rows, err := conn.Query(ctx, publishedSQL, name)
	if err != nil {
		return nil, connect.Fault("list the tables of publication "+name, err)
	}
	var table string
	var how Published
	_, err = pgx.ForEachRow(rows, []any{&table, &how.Columns, &how.Filter}, func() error {
		p.Tables[table] = how
		how = Published{}
		return nil
	})
	if err != nil {
		return nil, connect.Fault("list the tables of publication "+name, err)
	}
	return &p, nil
}
