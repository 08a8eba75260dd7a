// Package catalog reads PostgreSQL's system tables: what tables, columns, types and publications there are.
package catalog

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
)

// File is a table that has blocks of its own: a plain table, or a partition.
type File struct {
	Namespace, Name string
	Blocks          int64 // 8 KiB each, by the main fork's size
}

const filesSQL = `WITH named AS (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2)
SELECT n.nspname, c.relname, pg_relation_size(c.oid) / current_setting('block_size')::int8
FROM pg_partition_tree((SELECT oid FROM named)) p JOIN pg_class c ON c.oid = p.relid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE p.isleaf AND c.relkind = 'r'
UNION ALL
SELECT n.nspname, c.relname, pg_relation_size(c.oid) / current_setting('block_size')::int8
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = (SELECT oid FROM named) AND c.relkind = 'r' AND NOT c.relispartition
ORDER BY 1, 2`

// Files gives the files of a table: itself, or its leaf partitions.
func Files(ctx context.Context, conn *pgx.Conn, namespace, table string) ([]File, error) {
	rows, err := conn.Query(ctx, filesSQL, namespace, table)
	if err != nil {
		return nil, connect.Fault("list the files of "+namespace+"."+table, err)
	}
	files, err := pgx.CollectRows(rows, pgx.RowToStructByPos[File])
	if err != nil {
		return nil, connect.Fault("list the files of "+namespace+"."+table, err)
	}
	return files, nil
}
