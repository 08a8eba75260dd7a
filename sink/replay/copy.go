package replay

import (
	"context"
	"fmt"
	"strings"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/mend"
)

// comment marks what is the copy's.
const comment = "tidemark replay"

// create makes the copy's database: a table like raw, one like each table that raw's views
// write to with views like those, and what the workers write down.
func (r *Record) create(ctx context.Context, s Server, targets []*mend.Target) error {
	if err := exec(ctx, s, "CREATE DATABASE "+clickhouse.Ident(r.Database)+" COMMENT "+clickhouse.Text(comment+" "+r.ID)); err != nil {
		return fmt.Errorf("make the database of the copy: %w", err)
	}
	if err := r.like(ctx, s, r.raw(), clickhouse.Table("raw", r.Plan.Table)); err != nil {
		return err
	}
	for _, name := range []string{"applied", "dead_letters", "buried"} {
		if err := r.like(ctx, s, r.table(name), "ops."+name); err != nil {
			return err
		}
	}
	err := exec(ctx, s, "CREATE TABLE "+r.table("commits")+" (partition UInt16, offset Int64, metadata String, revision UInt64 DEFAULT toUnixTimestamp64Micro(now64(6))) ENGINE = ReplacingMergeTree(revision) ORDER BY partition")
	if err != nil {
		return fmt.Errorf("make the copy's table of commits: %w", err)
	}
	for i, t := range targets {
		if err := r.follow(ctx, s, i, t); err != nil {
			return err
		}
	}
	r.Plan.Pairs = append(r.Plan.Pairs, Pair{Database: "raw", Name: r.Plan.Table, Copy: r.rawName()})
	return nil
}

func (r *Record) like(ctx context.Context, s Server, table, of string) error {
	for _, sql := range []string{"CREATE TABLE " + table + " AS " + of, "ALTER TABLE " + table + " MODIFY COMMENT " + clickhouse.Text(comment)} {
		if err := exec(ctx, s, sql); err != nil {
			return fmt.Errorf("make a table like %s: %w", of, err)
		}
	}
	return nil
}

// follow makes a target of raw's views again, fed by the copy.
func (r *Record) follow(ctx context.Context, s Server, number int, t *mend.Target) error {
	if t.Foreign {
		r.Plan.Kept = append(r.Plan.Kept, t.String())
		return nil
	}
	pair := Pair{Database: t.Database, Name: t.Name, Copy: t.Database + "_" + t.Name, Feeds: t.Feeds}
	if err := r.fed(ctx, s, pair, fmt.Sprintf("feed_%d", number), t.Views); err != nil {
		return err
	}
	if t.Past == "" {
		return nil
	}
	database, name, _ := strings.Cut(t.Past, ".")
	return r.fed(ctx, s, Pair{Database: database, Name: name, Copy: database + "_" + name}, fmt.Sprintf("feed_past_%d", number), past(t))
}

// past are the queries that make what an aggregate keeps of rows below its boundary: all
// that raw gives, less what its own view gives. So each of its two tables holds what it
// held, and readers add up the same whichever of them is exchanged first.
func past(t *mend.Target) (queries []string) {
	less := []string{clickhouse.Idents(t.Grain)}
	if len(t.Grain) == 0 {
		less = nil
	}
	for _, c := range t.Sums {
		less = append(less, "-v."+clickhouse.Ident(c)+" AS "+clickhouse.Ident(c))
	}
	queries = append(queries, t.Feeds...)
	for _, v := range t.Views {
		queries = append(queries, "SELECT "+strings.Join(less, ", ")+" FROM ("+v+") AS v")
	}
	return queries
}

// fed makes the pair's copy, and views over the copy of raw that write to it.
func (r *Record) fed(ctx context.Context, s Server, pair Pair, name string, queries []string) error {
	if err := r.like(ctx, s, r.table(pair.Copy), clickhouse.Table(pair.Database, pair.Name)); err != nil {
		return err
	}
	for i, q := range queries {
		err := exec(ctx, s, fmt.Sprintf("CREATE MATERIALIZED VIEW %s TO %s DEFINER = CURRENT_USER SQL SECURITY DEFINER AS %s",
			r.table(fmt.Sprintf("%s_%d", name, i)), r.table(pair.Copy), mend.Over(q, "raw", r.Plan.Table, r.raw())))
		if err != nil {
			return fmt.Errorf("make the view that feeds the copy of %s.%s: %w", pair.Database, pair.Name, err)
		}
	}
	r.Plan.Pairs = append(r.Plan.Pairs, pair)
	return nil
}

func (r *Record) rawName() string          { return "raw_" + r.Plan.Table }
func (r *Record) raw() string              { return r.table(r.rawName()) }
func (r *Record) table(name string) string { return clickhouse.Table(r.Database, name) }

// drop removes the copy: first its views, so that no insert finds one without its table.
func (r *Record) drop(ctx context.Context, s Server) error {
	views, err := table(ctx, s, "SELECT [name] AS r FROM system.tables WHERE database = "+clickhouse.Text(r.Database)+" AND engine = 'MaterializedView'")
	for _, v := range views {
		if err == nil {
			err = exec(ctx, s, "DROP TABLE IF EXISTS "+r.table(v[0])+" SYNC")
		}
	}
	if err == nil {
		err = exec(ctx, s, "DROP DATABASE IF EXISTS "+clickhouse.Ident(r.Database)+" SYNC")
	}
	if err != nil {
		return fmt.Errorf("remove the copy %s: %w", r.Database, err)
	}
	return nil
}

// begin writes the commits from which the copy's workers start.
func (r *Record) begin(ctx context.Context, s Server, c *contract.Contract) error {
	for i := range r.Plan.Parts {
		p := &r.Plan.Parts[i]
		if p.Begin == 0 {
			continue
		}
		e, err := p.entry()
		if err != nil {
			return err
		}
		if err := writeCommit(ctx, s, r.Database, p.Partition, e.Next, e.Text()); err != nil {
			return err
		}
		err = exec(ctx, s, fmt.Sprintf("INSERT INTO %s (topic, partition, incarnation, first_offset, last_offset, next_offset, rows, version, table) VALUES (%s, %d, %s, %d, %[5]d, %d, 0, 0, '')",
			r.table("applied"), clickhouse.Text(c.Topic()), p.Partition, clickhouse.Text(p.Incarnation), p.Begin-1, p.Begin))
		if err != nil {
			return fmt.Errorf("write down where the copy begins: %w", err)
		}
	}
	return nil
}
