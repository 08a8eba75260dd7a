package replay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/mend"
)

var (
	// ErrViews: the views of raw are others than when the copy was begun.
	ErrViews = errors.New("the views that read raw have changed since the copy was begun")
	// ErrBuilding: an aggregate is being made.
	ErrBuilding = errors.New("an aggregate is being built")
	// ErrForeign: a table is neither the one before the exchange nor the one after it.
	ErrForeign = errors.New("a table was replaced by somebody else during the exchange")
)

// ready notes which tables stand where before the exchange, and checks that each view of
// raw has its copy.
func (r *Record) ready(ctx context.Context, s Server) error {
	if err := built(ctx, s); err != nil {
		return err
	}
	targets, err := mend.Targets(ctx, s, "raw", r.Plan.Table)
	if err != nil {
		return err
	}
	for _, t := range targets {
		known := slices.ContainsFunc(r.Plan.Pairs, func(p Pair) bool {
			return p.Database == t.Database && p.Name == t.Name && slices.Equal(p.Feeds, t.Feeds)
		})
		if !known && !slices.Contains(r.Plan.Kept, t.String()) {
			return fmt.Errorf("%w: %s", ErrViews, t)
		}
	}
	for i := range r.Plan.Pairs {
		p := &r.Plan.Pairs[i]
		if p.Old, p.Comment, err = identity(ctx, s, p.Database, p.Name); err != nil {
			return err
		}
		if p.New, _, err = identity(ctx, s, r.Database, p.Copy); err != nil {
			return err
		}
		if p.Old == "" || p.New == "" {
			return fmt.Errorf("%w: %s.%s or its copy is gone", ErrViews, p.Database, p.Name)
		}
	}
	return nil
}

// building is the id of the query that package aggregate runs while it changes aggregates.
const building = "tidemark-aggregate-lock"

// built refuses while aggregates are changed: one that is being filled would be made of old
// rows and of new ones.
func built(ctx context.Context, s Server) error {
	rows, err := table(ctx, s, "SELECT [query_id] AS r FROM system.processes WHERE query_id = '"+building+"'")
	if err == nil && len(rows) > 0 {
		err = ErrBuilding
	}
	return err
}

// forget lets aggregates whose filling broke off begin anew: what was filled was made of
// rows that are others now.
func (r *Record) forget(ctx context.Context, s Server) error {
	targets, err := mend.Targets(ctx, s, "raw", r.Plan.Table)
	for _, t := range targets {
		if err == nil && t.Past == "" {
			err = exec(ctx, s, fmt.Sprintf("DELETE FROM ops.aggregate_builds WHERE state IN (SELECT uuid FROM system.tables WHERE database = %s AND name = %s)", clickhouse.Text(t.Database), clickhouse.Text(t.Name)))
		}
	}
	return err
}

func identity(ctx context.Context, s Server, database, name string) (id, comment string, err error) {
	rows, err := table(ctx, s, fmt.Sprintf("SELECT [toString(uuid), comment] AS r FROM system.tables WHERE database = %s AND name = %s", clickhouse.Text(database), clickhouse.Text(name)))
	if err != nil {
		return "", "", fmt.Errorf("look for %s.%s: %w", database, name, err)
	}
	if len(rows) == 0 {
		return "", "", nil
	}
	return rows[0][0], rows[0][1], nil
}

// exchange lets the copy take the place of what is there. Every step can be done again:
// which table stands where is asked first. Views find their tables by name, so what fed the
// old tables feeds the new ones.
func (r *Record) exchange(ctx context.Context, s Server) error {
	if err := r.letters(ctx, s); err != nil {
		return err
	}
	for _, p := range r.Plan.Pairs {
		now, _, err := identity(ctx, s, p.Database, p.Name)
		switch {
		case err != nil:
			return err
		case now == p.New:
			continue
		case now != p.Old:
			return fmt.Errorf("%w: %s.%s", ErrForeign, p.Database, p.Name)
		}
		for _, sql := range []string{
			"ALTER TABLE " + r.table(p.Copy) + " MODIFY COMMENT " + clickhouse.Text(p.Comment),
			"EXCHANGE TABLES " + clickhouse.Table(p.Database, p.Name) + " AND " + r.table(p.Copy),
		} {
			if err := exec(ctx, s, sql); err != nil {
				return fmt.Errorf("exchange %s.%s: %w", p.Database, p.Name, err)
			}
		}
	}
	return nil
}

// letters tells ops what the rebuilt tables lack and, of what could not be applied before,
// what they hold now.
func (r *Record) letters(ctx context.Context, s Server) error {
	var covered []string
	for _, p := range r.Plan.Parts {
		covered = append(covered, fmt.Sprintf("(d.partition = %d AND d.offset >= %d AND d.offset < %d)", p.Partition, p.Begin, p.To))
	}
	const carried = "source, topic, incarnation, partition, offset, version, op, table, reason, error, key, value, header, time, schema, attempt, origin"
	for _, sql := range []string{
		"INSERT INTO ops.buried SELECT * FROM " + r.table("buried"),
		"INSERT INTO ops.dead_letters SELECT * FROM " + r.table("dead_letters") + " FINAL",
		fmt.Sprintf(`INSERT INTO ops.dead_letters (%[1]s, sent_offset, closed_offset, state, resolution, resolved, revision)
SELECT %[1]s, sent_offset, toInt64(d.offset) AS closed_offset, 'resolved' AS state, %[2]s AS resolution, 1 AS resolved, toUInt32(intDiv(d.revision, 2) * 2 + 2) AS revision
FROM (SELECT * FROM ops.dead_letters FINAL WHERE topic = %[3]s AND resolved = 0) AS d
WHERE d.incarnation = %[4]s AND (%[5]s) AND (d.partition, d.offset) NOT IN (SELECT partition, offset FROM %[6]s)`,
			carried, clickhouse.Text("applied by replay "+r.ID), clickhouse.Text(r.Topic), clickhouse.Text(incarnation(r.Plan.Parts)), strings.Join(covered, " OR "), r.table("dead_letters")),
	} {
		if err := exec(ctx, s, sql); err != nil {
			return fmt.Errorf("tell of dead letters: %w", err)
		}
	}
	return nil
}

// finish does what the plan says, all workers standing still. It can be done again.
func (r *Record) finish(ctx context.Context, s Server, log *slog.Logger) error {
	if err := r.forget(ctx, s); err != nil {
		return err
	}
	if r.Kind == Missing {
		return r.fillIn(ctx, s, log)
	}
	return r.exchange(ctx, s)
}

// end writes that the replay is done, which lets the workers go on, and removes what is left.
func (r *Record) end(ctx context.Context, s Server) error {
	r.Phase = Done
	if err := r.Write(ctx, s, 0); err != nil {
		return err
	}
	return r.drop(ctx, s)
}

// TakeOver goes through with a replay whose process has died while it exchanged. The copy's
// database gets another name first: whatever the other process may still send names
// tables that are not there. rule: exchange-fenced.
func TakeOver(ctx context.Context, s Server, r *Record, log *slog.Logger) error {
	rows, err := table(ctx, s, "SELECT [name] AS r FROM system.databases WHERE startsWith(name, "+clickhouse.Text(prefix+r.ID)+")")
	if err != nil || len(rows) != 1 {
		return fmt.Errorf("find the database of replay %s: %d of that name: %w", r.ID, len(rows), err)
	}
	r.Database = rows[0][0]
	views, err := table(ctx, s, "SELECT [name] AS r FROM system.tables WHERE engine = 'MaterializedView' AND database = "+clickhouse.Text(r.Database))
	if err != nil {
		return err
	}
	for _, v := range views {
		if err := exec(ctx, s, "DROP TABLE IF EXISTS "+r.table(v[0])+" SYNC"); err != nil {
			return err
		}
	}
	other := prefix + r.ID + "_" + uuid.NewString()[:8]
	if err := exec(ctx, s, "RENAME DATABASE "+clickhouse.Ident(r.Database)+" TO "+clickhouse.Ident(other)); err != nil {
		return fmt.Errorf("take replay %s over: %w", r.ID, err)
	}
	r.Database = other
	if err := r.Write(ctx, s, lease); err != nil {
		return err
	}
	if err := r.finish(ctx, s, log); err != nil {
		return err
	}
	return r.end(ctx, s)
}

// prefix begins the names of the copies' databases.
const prefix = "replay_"
