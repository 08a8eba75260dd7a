package restore

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/tables"
)

// ours gives the databases to look after: the sink's, and those of the views that read raw.
func ours(ctx context.Context, q Querier) ([]string, error) {
	found := []string{tables.Raw, tables.Current, "ops"}
	var name proto.ColStr
	err := q.Query(ctx, clickhouse.Select{
		SQL: fmt.Sprintf("SELECT DISTINCT arrayJoin(dependencies_database) AS name FROM system.tables WHERE database = %s AND name NOT IN (%s)",
			clickhouse.Text(tables.Raw), texts(found)),
		Result: proto.Results{{Name: "name", Data: &name}},
		OnBlock: func(rows int) error {
			for i := range rows {
				found = append(found, name.Row(i))
			}
			return nil
		},
	})
	if err != nil {
		return nil, fmt.Errorf("look which databases raw feeds: %w", err)
	}
	return found, nil
}

// Attach attaches what a sink that was killed left detached.
func Attach(ctx context.Context, q Querier, log *slog.Logger) error {
	databases, err := ours(ctx, q)
	if err != nil {
		return err
	}
	return attachFound(ctx, q, databases, log)
}

// attachFound attaches whatever is detached (rule: attach-found).
func attachFound(ctx context.Context, q Querier, databases []string, log *slog.Logger) error {
	away, err := detached(ctx, q, databases)
	for _, t := range away {
		if err == nil {
			err = attach(ctx, q, t)
		}
		if err == nil {
			log.Warn("a table that was detached is attached again; use DETACH TABLE ... PERMANENTLY to keep one away", "table", t.String())
		}
	}
	return err
}
