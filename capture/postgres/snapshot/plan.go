package snapshot

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/capture/postgres/catalog"
	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
)

// Table is one table to read.
type Table struct {
	Namespace, Name string
	Columns         []string // those that the stream sends, in its order
	Filter          string   // the publication's row filter, SQL; empty: all rows
}

// chunk is one range of a table's blocks.
type chunk struct {
	table int
	sql   string
}

// chunks cuts a table into ranges of blocks; a partitioned one into those of its partitions. The last range of each is open, as the
// file may have grown since the snapshot. It gives at least one chunk.
func (t Table) chunks(ctx context.Context, conn *pgx.Conn, index int, size int64) ([]chunk, error) {
	files, err := catalog.Files(ctx, conn, t.Namespace, t.Name)
	if err != nil {
		return nil, err
	}
	var out []chunk
	for _, f := range files {
		for from := int64(0); from == 0 || from < f.Blocks; from += size {
			out = append(out, chunk{table: index, sql: t.copySQL(f, from, from+size, from+size < f.Blocks)})
		}
	}
	return out, nil
}

func (t Table) copySQL(f catalog.File, from, to int64, bounded bool) string {
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = connect.QuoteName(c)
	}
	where := fmt.Sprintf("ctid >= '(%d,0)'::tid", from)
	if bounded {
		where += fmt.Sprintf(" AND ctid < '(%d,0)'::tid", to)
	}
	if t.Filter != "" {
		where += " AND (" + t.Filter + ")"
	}
	return fmt.Sprintf("COPY (SELECT %s FROM ONLY %s WHERE %s) TO STDOUT", strings.Join(columns, ", "), connect.QuoteName(f.Namespace, f.Name), where)
}
