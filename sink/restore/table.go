package restore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// attachWithin is how long a table that we detached is tried to be attached, even when the
// process is told to end meanwhile.
const attachWithin = 2 * time.Minute

// reload detaches a table and attaches it again.
func reload(ctx context.Context, q Querier, database, table string) error {
	name := clickhouse.Table(database, table)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), attachWithin)
	defer cancel()
	err := q.Query(ctx, clickhouse.Select{SQL: "DETACH TABLE " + name + " SYNC"})
	if err != nil && !clickhouse.HasCode(err, proto.ErrUnknownTable) { // another sink was faster
		return fmt.Errorf("detach %s: %w", name, err)
	}
	return attach(ctx, q, database, table)
}

// attach brings a detached table back. While a query still uses it the server refuses.
func attach(ctx context.Context, q Querier, database, table string) error {
	name := clickhouse.Table(database, table)
	for {
		failed := q.Query(ctx, clickhouse.Select{SQL: "ATTACH TABLE " + name})
		away, err := detached(ctx, q, []string{database})
		if err == nil && !slices.Contains(away, part{database: database, table: table}) {
			return nil
		}
		select {
		case <-ctx.Done():
			if failed == nil {
				failed = err
			}
			return fmt.Errorf("attach %s: %w", name, failed)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// detached gives the tables that are, but not for good.
func detached(ctx context.Context, q Querier, databases []string) ([]part, error) {
	var database, table proto.ColStr
	var found []part
	err := q.Query(ctx, clickhouse.Select{
		SQL:    fmt.Sprintf("SELECT database, table FROM system.detached_tables WHERE database IN (%s) AND NOT is_permanently", texts(databases)),
		Result: proto.Results{{Name: "database", Data: &database}, {Name: "table", Data: &table}},
		OnBlock: func(rows int) error {
			for i := range rows {
				found = append(found, part{database: database.Row(i), table: table.Row(i)})
			}
			return nil
		},
	})
	if err != nil {
		return nil, fmt.Errorf("look for detached tables: %w", err)
	}
	return found, nil
}
