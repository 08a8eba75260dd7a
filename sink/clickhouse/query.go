package clickhouse

import (
	"context"
	"fmt"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/ch-go/proto"
)

// Select is a query with a result.
type Select struct {
	SQL string
	// Result takes each block in turn.
	Result proto.Results
	// OnBlock is called for each block that has rows; Result is reused for the next one.
	OnBlock func(rows int) error
	// External are tables that the query may name, sent along with it.
	External []ch.ExternalTable
	Settings []ch.Setting
}

// Query runs s.
func (c *Conn) Query(ctx context.Context, s Select) error {
	return c.do(ctx, brief(s.SQL), ch.Query{
		Body: s.SQL, Result: s.Result, ExternalTables: s.External, Settings: s.Settings,
		OnResult: func(_ context.Context, b proto.Block) error {
			if b.Rows == 0 {
				return nil
			}
			return s.OnBlock(b.Rows)
		},
	})
}

// Exec runs a statement without a result.
func (c *Conn) Exec(ctx context.Context, sql string) error {
	return c.do(ctx, brief(sql), ch.Query{Body: sql})
}

// brief keeps a statement's start for error messages.
func brief(sql string) string {
	const most = 200
	if len(sql) > most {
		sql = sql[:most] + "..."
	}
	return fmt.Sprintf("run %q", sql)
}
