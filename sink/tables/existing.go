package tables

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/clickhouse/cluster"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// existing is a table or view that the server has.
type existing struct {
	engine, sorting, partition, comment string
	columns                             []col
}

type place struct{ database, table string }

// inventory gives what the databases hold.
func inventory(ctx context.Context, conn *clickhouse.Conn, databases []string) (map[place]*existing, error) {
	found := map[place]*existing{}
	if err := readTables(ctx, conn, databases, found); err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	if err := readColumns(ctx, conn, databases, found); err != nil {
		return nil, fmt.Errorf("list columns: %w", err)
	}
	if conn.Cluster() != "" {
		if err := readStorage(ctx, conn, databases, found); err != nil {
			return nil, fmt.Errorf("list the storage of distributed tables: %w", err)
		}
	}
	return found, nil
}

// readStorage tells of a distributed table what its storage is; the columns stay its own, where one may be missing yet.
func readStorage(ctx context.Context, conn *clickhouse.Conn, databases []string, found map[place]*existing) error {
	var local []string
	for _, d := range databases {
		local = append(local, cluster.Local(d))
	}
	storage := map[place]*existing{}
	if err := readTables(ctx, conn, local, storage); err != nil {
		return err
	}
	for at, t := range found {
		if s := storage[place{cluster.Local(at.database), at.table}]; s != nil && t.engine == "Distributed" {
			t.engine, t.sorting, t.partition = strings.TrimPrefix(s.engine, "Replicated"), s.sorting, s.partition
		}
	}
	return nil
}

func readTables(ctx context.Context, conn *clickhouse.Conn, databases []string, found map[place]*existing) error {
	var database, name, engine, sorting, partition, comment proto.ColStr
	return conn.Query(ctx, clickhouse.Select{
		SQL: "SELECT database, name, engine, sorting_key, partition_key, comment FROM system.tables WHERE database IN (" + texts(databases) + ")",
		Result: proto.Results{
			{Name: "database", Data: &database}, {Name: "name", Data: &name}, {Name: "engine", Data: &engine},
			{Name: "sorting_key", Data: &sorting}, {Name: "partition_key", Data: &partition}, {Name: "comment", Data: &comment},
		},
		OnBlock: func(rows int) error {
			for i := range rows {
				found[place{database.Row(i), name.Row(i)}] = &existing{
					engine: engine.Row(i), sorting: sorting.Row(i), partition: partition.Row(i), comment: comment.Row(i),
				}
			}
			return nil
		},
	})
}

func readColumns(ctx context.Context, conn *clickhouse.Conn, databases []string, found map[place]*existing) error {
	var database, table, name, typ proto.ColStr
	return conn.Query(ctx, clickhouse.Select{
		SQL: "SELECT database, table, name, type FROM system.columns WHERE database IN (" + texts(databases) + ") ORDER BY database, table, position",
		Result: proto.Results{
			{Name: "database", Data: &database}, {Name: "table", Data: &table}, {Name: "name", Data: &name}, {Name: "type", Data: &typ},
		},
		OnBlock: func(rows int) error {
			for i := range rows {
				if t := found[place{database.Row(i), table.Row(i)}]; t != nil {
					t.columns = append(t.columns, col{name.Row(i), typ.Row(i)})
				}
			}
			return nil
		},
	})
}

func texts(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = clickhouse.Text(v)
	}
	return strings.Join(quoted, ", ")
}
