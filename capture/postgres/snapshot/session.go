package snapshot

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
)

// session opens a connection whose one transaction sees the exported snapshot.
func (e *Export) session(ctx context.Context, url string) (*pgx.Conn, error) {
	conn, err := connect.SQL(ctx, url)
	if err != nil {
		return nil, err
	}
	for _, sql := range []string{
		"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
		"SET TRANSACTION SNAPSHOT " + connect.QuoteLiteral(e.Name),
	} {
		if _, err := conn.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			end(conn)
			return nil, connect.Fault("take on the exported snapshot", err)
		}
	}
	return conn, nil
}

func end(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = conn.Close(ctx)
}
