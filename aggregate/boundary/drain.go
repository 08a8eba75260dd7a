package boundary

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// DrainInserts waits until every insert into a table of raw (into any, for "") that began before the call has ended. One
// that began before a view was made does not feed it; one that began before a view was dropped still does, and finds
// the table that the view wrote to by its name, only when it gets there.
func DrainInserts(ctx context.Context, server Server, table string) error {
	return drain(ctx, server, inserts(table))
}

// inserts is the condition on system.processes for inserts into a table of raw, and not for those that only read it.
func inserts(table string) string {
	if table == "" {
		table = `\\w+`
	}
	return fmt.Sprintf(`query_kind = 'Insert' AND match(query, '(?i)^\\s*INSERT\\s+INTO\\s+(TABLE\\s+)?(`+"`?raw`?"+`\\.)`+"`?%s`?"+`[\\s(]')`, table)
}

// longest is how long a query that reads may keep a table that is to go.
const longest = time.Minute

var errLong = errors.New("a query takes longer than a minute")

// DrainReaders waits until the queries that began before the call have ended, for a minute at most. One that found a
// view before it was turned has not opened the tables behind it yet, and would not find them.
func DrainReaders(ctx context.Context, server Server) error {
	ctx, cancel := context.WithTimeoutCause(ctx, longest, errLong)
	defer cancel()
	if err := drain(ctx, server, "query_kind = 'Select' AND position(query, 'sales') > 0"); !errors.Is(err, errLong) {
		return err
	}
	return nil
}

// drain waits for what began before now by the server's clock.
func drain(ctx context.Context, server Server, which string) error {
	now, err := server.Rows(ctx, "SELECT toUnixTimestamp64Micro(now64(6))")
	if err != nil {
		return fmt.Errorf("read the server's clock: %w", err)
	}
	return until(ctx, func() (bool, error) {
		rows, err := server.Rows(ctx, "SELECT count() FROM system.processes WHERE "+which+" AND toUnixTimestamp64Micro(now64(6)) - toInt64(elapsed * 1e6) <= "+now[0][0])
		if err != nil {
			return false, fmt.Errorf("look for queries that run: %w", err)
		}
		return rows[0][0] == "0", nil
	})
}
