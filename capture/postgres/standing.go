package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/capture/postgres/catalog"
)

// watchStanding looks whether the publication still sends what it sent when the run began. A table that was taken out of it is silent
// in the stream: nothing else would tell.
func (l *loop) watchStanding(tables []string) func(context.Context, *pgx.Conn) error {
	noted := l.resume
	return func(ctx context.Context, conn *pgx.Conn) error {
		found, err := catalog.LookStanding(ctx, conn, l.cfg.Publication, tables)
		if err != nil {
			return err
		}
		return noted.Stands(found, l.confirmed(), l.heart.WALEnd())
	}
}
