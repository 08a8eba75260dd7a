package restore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// table is one by its place.
type table struct{ database, name string }

// String quotes it for a statement.
func (t table) String() string { return clickhouse.Table(t.database, t.name) }

// attachWithin is how long a table that we detached is tried to be attached, even when the
// process is told to end meanwhile.
const attachWithin = 2 * time.Minute

// reload detaches a table and attaches it again.
func reload(ctx context.Context, q Querier, t table) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), attachWithin)
	defer cancel()
	err := q.Query(ctx, clickhouse.Select{SQL: fmt.Sprintf("DETACH TABLE %s SYNC", t)})
	if err != nil && !clickhouse.HasCode(err, proto.ErrUnknownTable) { // another sink was faster
		return fmt.Errorf("detach %s: %w", t, err)
	}
	return attach(ctx, q, t)
}

// attach brings a detached table back. While a query still uses it the server refuses.
func attach(ctx context.Context, q Querier, t table) error {
	for {
		failed := q.Query(ctx, clickhouse.Select{SQL: fmt.Sprintf("ATTACH TABLE %s", t)})
		away, err := detached(ctx, q, []string{t.database})
		if err == nil && !slices.Contains(away, t) {
			return nil
		}
		select {
		case <-ctx.Done():
			if failed == nil {
				failed = err
			}
			return fmt.Errorf("attach %s: %w", t, failed)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// detached gives the tables that are, but not for good.
func detached(ctx context.Context, q Querier, databases []string) ([]table, error) {
	found, err := list(ctx, q, fmt.Sprintf("SELECT database, table AS name FROM system.detached_tables WHERE database IN (%s) AND NOT is_permanently", texts(databases)))
	if err != nil {
		return nil, fmt.Errorf("look for detached tables: %w", err)
	}
	return found, nil
}

// list gives the tables that a query names by database and name.
func list(ctx context.Context, q Querier, sql string) (found []table, err error) {
	var database, name proto.ColStr
	err = q.Query(ctx, clickhouse.Select{
		SQL:    sql,
		Result: proto.Results{{Name: "database", Data: &database}, {Name: "name", Data: &name}},
		OnBlock: func(rows int) error {
			for i := range rows {
				found = append(found, table{database.Row(i), name.Row(i)})
			}
			return nil
		},
	})
	return found, err
}

func texts(all []string) string {
	quoted := make([]string, len(all))
	for i, s := range all {
		quoted[i] = clickhouse.Text(s)
	}
	return strings.Join(quoted, ", ")
}
