package main

import (
	"context"
	"errors"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

var errFixedTables = errors.New("the tables of ops are older than this program")

// fixedTables checks that the ops tables have what the newest of their statements adds:
// without it the first dead letter would stop its partition.
func fixedTables(ctx context.Context, conn *clickhouse.Conn) error {
	var n proto.ColUInt64
	err := conn.Query(ctx, clickhouse.Select{
		SQL:     "SELECT count() AS n FROM system.columns WHERE database = 'ops' AND (table, name) IN (('dead_letters', 'closed_offset'), ('buried', 'version'), ('replays', 'plan'))",
		Result:  proto.Results{{Name: "n", Data: &n}},
		OnBlock: func(int) error { return nil },
	})
	if err == nil && (n.Rows() == 0 || n.Row(0) != 3) {
		return errFixedTables
	}
	return err
}
