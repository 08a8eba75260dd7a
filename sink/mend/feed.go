package mend

import (
	"context"
	"fmt"
	"strings"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Targets makes what the range's rows feed say what raw says. Raw must hold the whole
// range. The fence must also fail when any other insert into raw.<table> was running or
// incomplete since Targets began: then the sums that were compared mean nothing.
func (j *Job) Targets(ctx context.Context, fence Fence) error {
	if err := j.Clear(ctx); err != nil {
		return err
	}
	all, err := j.targets(ctx)
	if err != nil {
		return err
	}
	for i, t := range all {
		switch {
		case t.idempotent():
			err = j.again(ctx, t)
		case t.additive():
			err = j.level(ctx, t, i, fence)
		default:
			j.Log.Warn("a view's target cannot be compared with raw: neither signed sums of this table alone nor the newest row by key; make it anew if it is to be exact",
				"table", "raw."+j.Table, "target", t.Database+"."+t.Name, "engine", t.Engine, "column", t.odd)
		}
		if err != nil {
			return fmt.Errorf("set %s.%s to what raw.%s says: %w", t.Database, t.Name, j.Table, err)
		}
	}
	return nil
}

// again writes the range's rows of a ReplacingMergeTree once more.
func (j *Job) again(ctx context.Context, t *Target) error {
	list := clickhouse.Idents(append(append([]string{}, t.Grain...), t.Sums...))
	for _, feed := range t.Feeds {
		err := j.exec(ctx, "INSERT INTO %s (%s) SELECT %s FROM (%s) SETTINGS insert_deduplicate = 0%s",
			t.table(), list, list, j.ofRange(feed), j.only())
		if err != nil {
			return err
		}
	}
	return j.at("written again")
}

// ofRange makes a view's query read the table that holds the range's rows, if there is one.
func (j *Job) ofRange(query string) string {
	if j.Rows == "" {
		return query
	}
	return Over(query, j.database(), j.Table, j.Rows)
}

// only limits raw to the range's rows, wherever a query reads it.
func (j *Job) only() string {
	if j.Rows != "" {
		return ""
	}
	return fmt.Sprintf(", additional_table_filters = {%s: %s}", clickhouse.Text(j.database()+"."+j.Table), clickhouse.Text(j.where()))
}

// level adds to a table of sums what the groups that the range touches lack.
func (j *Job) level(ctx context.Context, t *Target, number int, fence Fence) error {
	touched := j.staging(t.Database, fmt.Sprintf("touched%d", number))
	stage := j.staging(t.Database, fmt.Sprintf("sums%d", number))
	if err := j.exec(ctx, "CREATE TABLE %s ENGINE = Memory AS SELECT DISTINCT %s FROM (%s) SETTINGS max_threads = 2%s",
		touched, t.groups(), j.ofRange(t.fed()), j.only()); err != nil {
		return err
	}
	if err := j.exec(ctx, "CREATE TABLE %s AS %s", stage, t.table()); err != nil {
		return err
	}
	if err := j.exec(ctx, "INSERT INTO %s %s SETTINGS insert_deduplicate = 0", stage, t.difference(touched)); err != nil {
		return err
	}
	if err := j.at("compared"); err != nil {
		return err
	}
	parts, err := j.partitions(ctx, stage, "1")
	if err = gone(err); err != nil {
		return err
	}
	if err := fence(ctx); err != nil { // also when nothing differs: that too must have been seen undisturbed
		return err
	}
	if len(parts) > 0 {
		var ids []string
		for id := range parts {
			ids = append(ids, id)
		}
		if err := j.attach(ctx, t.table(), stage, ids); err != nil {
			return err
		}
		j.Log.Warn("groups that ClickHouse had lost behind their token were set to what raw says",
			"target", t.Database+"."+t.Name, "first", j.First, "last", j.Last, "groups", total(parts))
	}
	if err := j.at("levelled"); err != nil {
		return err
	}
	return j.Clear(ctx)
}

func (t *Target) groups() string {
	if len(t.Grain) == 0 {
		return "1 AS one"
	}
	return clickhouse.Idents(t.Grain)
}

// fed is what the views would give of what raw holds.
func (t *Target) fed() string {
	columns := clickhouse.Idents(append(append([]string{}, t.Grain...), t.Sums...))
	var feeds []string
	for _, f := range t.Feeds {
		feeds = append(feeds, "SELECT "+columns+" FROM ("+f+")")
	}
	return strings.Join(feeds, " UNION ALL ")
}

// difference is, per touched group, what raw says less what the target holds.
func (t *Target) difference(touched string) string {
	var says, holds, sums, off []string
	for _, s := range t.Sums {
		name := clickhouse.Ident(s)
		says = append(says, "f."+name+" AS "+name)
		holds = append(holds, "-h."+name+" AS "+name)
		sums = append(sums, "sum(u."+name+") AS "+name)
		off = append(off, "sum(u."+name+") != 0")
	}
	in, by := "", ""
	if len(t.Grain) > 0 {
		list := clickhouse.Idents(t.Grain)
		in, by = fmt.Sprintf(" WHERE (%s) IN (SELECT %s FROM %s)", list, list, touched), " GROUP BY "+list
	}
	pick := func(alias string, more []string) string {
		var list []string
		for _, g := range t.Grain {
			list = append(list, alias+"."+clickhouse.Ident(g)+" AS "+clickhouse.Ident(g))
		}
		return strings.Join(append(list, more...), ", ")
	}
	return fmt.Sprintf("(%s) SELECT %s FROM (SELECT %s FROM (%s) AS f%s UNION ALL SELECT %s FROM %s AS h%s) AS u%s HAVING %s",
		clickhouse.Idents(append(append([]string{}, t.Grain...), t.Sums...)),
		pick("u", sums), pick("f", says), t.fed(), in, pick("h", holds), t.held(), in, by, strings.Join(off, " OR "))
}
