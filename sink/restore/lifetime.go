package restore

import (
	"context"
	"fmt"

	"github.com/tidemark-cdc/tidemark/clickhouse/cluster"
	"github.com/tidemark-cdc/tidemark/sink/tables"
)

// Server is a connection that knows what its server belongs to.
type Server interface {
	Querier
	Cluster() cluster.Name
	Exec(ctx context.Context, sql string) error
}

// Lengthen gives every table that says nothing of old_parts_lifetime the one that new
// tables are made with. In a cluster it does nothing: replicas have the part, too.
func Lengthen(ctx context.Context, s Server) error {
	if s.Cluster() != "" {
		return nil
	}
	databases, err := ours(ctx, s)
	if err != nil {
		return err
	}
	short, err := list(ctx, s, fmt.Sprintf("SELECT database, name FROM system.tables WHERE database IN (%s) AND engine LIKE '%%MergeTree' AND engine_full NOT LIKE '%%old_parts_lifetime%%'",
		texts(databases)))
	for _, t := range short {
		if err == nil {
			err = s.Exec(ctx, fmt.Sprintf("ALTER TABLE %s MODIFY SETTING old_parts_lifetime = %s", t, tables.OldPartsLifetime))
		}
	}
	if err != nil {
		return fmt.Errorf("have the server keep what parts were merged from: %w", err)
	}
	return nil
}
