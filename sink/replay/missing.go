package replay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/mend"
)

// ErrHalf: raw holds some rows of what is filled in, but not all.
var ErrHalf = errors.New("raw holds a part of what is filled in")

// fillIn puts the missing rows into raw, where no view sees them, and then sets what the
// views feed to what raw says: a row that raw lacks may or may not be in what it fed. It
// can be done again from anywhere.
func (r *Record) fillIn(ctx context.Context, s Server, log *slog.Logger) error {
	columns, err := r.columns(ctx, s)
	if err != nil {
		return err
	}
	ids, err := table(ctx, s, "SELECT [CAST(_partition_id, 'String'), toString(count())] AS r FROM "+r.table("fill")+" GROUP BY _partition_id ORDER BY _partition_id")
	if err != nil {
		return fmt.Errorf("partitions of what is filled in: %w", err)
	}
	for _, id := range ids {
		if err := r.attach(ctx, s, id[0], id[1], columns); err != nil {
			return err
		}
	}
	job := &mend.Job{Server: s, Table: r.Plan.Table, Rows: r.table("fill"), Token: "replay/" + r.ID, Log: log}
	return job.Targets(ctx, func(context.Context) error { return nil })
}

// attach puts one partition of the table in its place, unless it is there.
func (r *Record) attach(ctx context.Context, s Server, id, rows string, columns []string) error {
	list, live := clickhouse.Idents(columns), clickhouse.Table("raw", r.Plan.Table)
	here := "_partition_id = " + clickhouse.Text(id)
	there, err := number(ctx, s, fmt.Sprintf(`SELECT [toString(countIf(f > 0 AND l > 0))] AS r FROM (SELECT sum(_f) AS f, sum(_l) AS l FROM (
	SELECT %[1]s, 1 AS _f, 0 AS _l FROM %[2]s WHERE %[4]s UNION ALL
	SELECT %[1]s, 0 AS _f, 1 AS _l FROM %[3]s WHERE %[4]s AND (_partition, _offset) IN (SELECT _partition, _offset FROM %[2]s WHERE %[4]s)
) GROUP BY %[1]s)`, list, r.table("fill"), live, here))
	switch {
	case err != nil:
		return fmt.Errorf("look for what is filled in: %w", err)
	case fmt.Sprint(there) == rows:
		return nil
	case there != 0:
		return fmt.Errorf("%w: partition %s: %d of %s rows", ErrHalf, id, there, rows)
	}
	if err := exec(ctx, s, "ALTER TABLE "+live+" ATTACH PARTITION ID "+clickhouse.Text(id)+" FROM "+r.table("fill")); err != nil {
		return fmt.Errorf("fill rows of partition %s in: %w", id, err)
	}
	return nil
}
