package mend

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/cespare/xxhash/v2"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/tables"
)

// Server is one connection to ClickHouse.
type Server interface {
	Insert(ctx context.Context, database, table string, input proto.Input, token string) error
	Query(ctx context.Context, s clickhouse.Select) error
}

// Fence is asked right before something is attached; an error leaves everything as it is.
// It must fail when the range has another owner.
type Fence func(context.Context) error

// Job mends one sealed range. It is used by one goroutine over one connection.
type Job struct {
	Server
	// Database and Table are where the rows are; the database is raw unless set.
	Database, Table string
	// The range in it.
	Incarnation string
	Partition   int
	First, Last int64
	// Rows, when set, is a table like the one of the rows, quoted: what it holds is taken for
	// the range's rows, wherever they come from.
	Rows string
	// Token is the range's; Owner tells two owners of the range apart (the generation).
	Token string
	Owner int
	Log   *slog.Logger

	// stop, when set, is asked at each step; for tests that die there.
	stop func(step string) error
}

func (j *Job) at(step string) error {
	if j.stop == nil {
		return nil
	}
	return j.stop(step)
}

func (j *Job) exec(ctx context.Context, format string, args ...any) error {
	return gone(j.Query(ctx, clickhouse.Select{SQL: fmt.Sprintf(format, args...)}))
}

func (j *Job) raw() string { return clickhouse.Table(j.database(), j.Table) }

func (j *Job) database() string {
	if j.Database == "" {
		return tables.Raw
	}
	return j.Database
}

// where is the condition on raw's rows of the range.
func (j *Job) where() string {
	return fmt.Sprintf("_partition = %d AND _incarnation = %s AND _offset BETWEEN %d AND %d",
		j.Partition, clickhouse.Text(j.Incarnation), j.First, j.Last)
}

// family begins the names of all staging tables of the range, whoever made them.
func (j *Job) family() string { return fmt.Sprintf("mend_%016x_", xxhash.Sum64String(j.Token)) }

// name is that of a staging table of this owner's, staging its quoted name.
func (j *Job) name(what string) string { return fmt.Sprintf("%s%d_%s", j.family(), j.Owner, what) }

func (j *Job) staging(database, what string) string { return clickhouse.Table(database, j.name(what)) }

// Clear drops the staging tables of the range. rule: staging-dropped. One that an
// earlier owner is about to attach must be gone before anything is counted.
func (j *Job) Clear(ctx context.Context) error {
	var database, name proto.ColStr
	var found []string
	err := j.Query(ctx, clickhouse.Select{
		SQL:    "SELECT database, name FROM system.tables WHERE startsWith(name, " + clickhouse.Text(j.family()) + ")",
		Result: proto.Results{{Name: "database", Data: &database}, {Name: "name", Data: &name}},
		OnBlock: func(rows int) error {
			for i := range rows {
				found = append(found, clickhouse.Table(database.Row(i), name.Row(i)))
			}
			return nil
		},
	})
	for _, table := range found {
		if err == nil {
			err = j.exec(ctx, "DROP TABLE IF EXISTS %s SYNC", table)
		}
	}
	if err != nil {
		return fmt.Errorf("drop staging tables of %s: %w", j.Token, err)
	}
	return nil
}

// attach moves the named partitions of a staging table into a table: each in one step,
// under no token, and no view sees them.
func (j *Job) attach(ctx context.Context, to, from string, partitions []string) error {
	var commands []string
	for _, id := range partitions {
		commands = append(commands, fmt.Sprintf("ATTACH PARTITION ID %s FROM %s", clickhouse.Text(id), from))
	}
	return j.exec(ctx, "ALTER TABLE %s %s", to, strings.Join(commands, ", "))
}

// partitions counts a table's rows by the id of its partition.
func (j *Job) partitions(ctx context.Context, table, where string) (map[string]int, error) {
	var id proto.ColStr
	var n proto.ColUInt64
	counts := map[string]int{}
	err := j.Query(ctx, clickhouse.Select{
		SQL:    fmt.Sprintf("SELECT CAST(_partition_id, 'String') AS id, count() AS n FROM %s WHERE %s GROUP BY id", table, where),
		Result: proto.Results{{Name: "id", Data: &id}, {Name: "n", Data: &n}},
		OnBlock: func(rows int) error {
			for i := range rows {
				counts[id.Row(i)] += int(n.Row(i))
			}
			return nil
		},
	})
	return counts, err
}
