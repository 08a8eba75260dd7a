package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/ch-go/proto"
)

// Insert sends input as exactly one block under a deduplication token. After a retryable
// *Error the outcome is unknown: send the same block under the same token again.
// An input without rows is refused, because the server would take it for success.
func (c *Conn) Insert(ctx context.Context, database, table string, input proto.Input, token string) error {
	attempt := fmt.Sprintf("insert into %s.%s, token %q", database, table, token)
	if len(input) == 0 || input[0].Data.Rows() == 0 {
		return &Error{Class: Stop, Attempt: attempt, Err: fmt.Errorf("no rows")}
	}
	if token == "" && c.client != nil && time.Since(c.used) > c.cfg.Idle/2 { // nothing was checked before it
		if err := c.Open(ctx); err != nil {
			return err
		}
	}
	return c.do(ctx, attempt, ch.Query{
		Body:     insertInto(database, table, input),
		Input:    input,
		Settings: withToken(token),
	})
}

func insertInto(database, table string, input proto.Input) string {
	names := make([]string, len(input))
	for i, col := range input {
		names[i] = col.Name
	}
	return "INSERT INTO " + Table(database, table) + " (" + Idents(names) + ") VALUES"
}
