package replay

import (
	"context"
	"strings"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// store is a connection over which a worker's tables of ops are the copy's own: what a
// replay applies, and what it cannot, is nobody else's concern until the exchange.
type store struct {
	*clickhouse.Conn
	database string
}

// own are the tables of ops that a copy has for itself.
var own = []string{"applied", "dead_letters", "buried"}

// Insert is worker.Store's.
func (s *store) Insert(ctx context.Context, database, table string, input proto.Input, token string) error {
	if database == "ops" {
		database = s.database
	}
	return s.Conn.Insert(ctx, database, table, input, token)
}

// Query is worker.Store's.
func (s *store) Query(ctx context.Context, q clickhouse.Select) error {
	for _, t := range own {
		q.SQL = strings.ReplaceAll(q.SQL, "ops."+t, clickhouse.Table(s.database, t))
	}
	return s.Conn.Query(ctx, q)
}
