package replay

import (
	"context"
	"fmt"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Finding is what comparing raw with its topic found, in one partition.
type Finding struct {
	Partition int `json:"partition"`
	// Missing rows are in the topic and not in raw; Foreign ones are in raw and the topic does not give them.
	Missing int64 `json:"missing"`
	Foreign int64 `json:"foreign"`
	// Fill are the missing rows that can be filled in: of keys without a foreign row.
	Fill int64 `json:"fill"`
}

// step is how many offsets are compared at once.
const step = 2_000_000

// compare finds, row by row and with all columns, where raw is not what the topic gives.
// It writes the differences to the copy's table diff, and what may be filled in to fill.
func (r *Record) compare(ctx context.Context, s Server) ([]Finding, error) {
	if err := r.tables(ctx, s); err != nil {
		return nil, err
	}
	columns, err := r.columns(ctx, s)
	if err != nil {
		return nil, err
	}
	live, list := clickhouse.Table("raw", r.Plan.Table), clickhouse.Idents(columns)
	for i := range r.Plan.Parts {
		p := &r.Plan.Parts[i]
		for at := p.Begin; at < p.To; at += step {
			piece := *p
			piece.Begin, piece.To = at, min(at+step, p.To)
			err := exec(ctx, s, fmt.Sprintf(`INSERT INTO %[1]s (%[2]s, _w) SELECT %[2]s, sum(_w) AS _w FROM (
	SELECT %[2]s, toInt64(1) AS _w FROM %[3]s WHERE %[5]s UNION ALL SELECT %[2]s, toInt64(-1) AS _w FROM %[4]s WHERE %[5]s
) GROUP BY %[2]s HAVING _w != 0`, r.table("diff"), list, r.raw(), live, piece.within()))
			if err != nil {
				return nil, fmt.Errorf("compare partition %d with raw: %w", p.Partition, err)
			}
		}
	}
	key := clickhouse.Idents(r.key())
	err = exec(ctx, s, fmt.Sprintf("INSERT INTO %s (%[2]s) SELECT %[2]s FROM %s WHERE _w > 0 AND (%[4]s) NOT IN (SELECT %[4]s FROM %[3]s WHERE _w < 0)",
		r.table("fill"), list, r.table("diff"), key))
	if err != nil {
		return nil, fmt.Errorf("choose what is to be filled in: %w", err)
	}
	return r.findings(ctx, s)
}

// key is by what rows belong together: where one of them is not as the topic says, the
// others are not touched either.
func (r *Record) key() []string {
	if len(r.Plan.Key) > 0 {
		return r.Plan.Key
	}
	return []string{"_partition", "_offset"}
}

func (r *Record) tables(ctx context.Context, s Server) error {
	raw := clickhouse.Table("raw", r.Plan.Table)
	for _, sql := range []string{
		"DROP TABLE IF EXISTS " + r.table("diff") + " SYNC", "DROP TABLE IF EXISTS " + r.table("fill") + " SYNC",
		"CREATE TABLE " + r.table("diff") + " AS " + raw, "ALTER TABLE " + r.table("diff") + " ADD COLUMN _w Int64",
		"CREATE TABLE " + r.table("fill") + " AS " + raw,
	} {
		if err := exec(ctx, s, sql); err != nil {
			return fmt.Errorf("make tables for what differs: %w", err)
		}
	}
	return nil
}

func (r *Record) columns(ctx context.Context, s Server) (names []string, err error) {
	rows, err := table(ctx, s, "SELECT [name] AS r FROM system.columns WHERE database = 'raw' AND default_kind NOT IN ('ALIAS', 'MATERIALIZED') AND table = "+clickhouse.Text(r.Plan.Table)+" ORDER BY position")
	for _, c := range rows {
		names = append(names, c[0])
	}
	if err != nil {
		return nil, fmt.Errorf("columns of raw.%s: %w", r.Plan.Table, err)
	}
	return names, nil
}

func (r *Record) findings(ctx context.Context, s Server) (all []Finding, err error) {
	for _, p := range r.Plan.Parts {
		f := Finding{Partition: p.Partition}
		for _, c := range []struct {
			to    *int64
			table string
			where string
		}{{&f.Missing, "diff", "_w > 0"}, {&f.Foreign, "diff", "_w < 0"}, {&f.Fill, "fill", "1"}} {
			*c.to, err = number(ctx, s, fmt.Sprintf("SELECT [toString(count())] AS r FROM %s WHERE _partition = %d AND %s", r.table(c.table), p.Partition, c.where))
			if err != nil {
				return nil, fmt.Errorf("count what differs: %w", err)
			}
		}
		all = append(all, f)
	}
	return all, nil
}
