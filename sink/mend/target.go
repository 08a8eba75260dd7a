package mend

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Target is a table that views of raw write to.
type Target struct {
	Database, Name, Engine string
	// Feeds are the views' queries over this raw table; Foreign is set when views of other
	// tables write to it as well.
	Feeds   []string
	Foreign bool
	// Views are the views' queries as they stand, whatever is said of the past.
	Views []string
	// Past is a second table that is summed up with it: rows that its view leaves out. The
	// feed is then what both together are made of.
	Past string
	// Grain are the columns of its sorting key, Sums the others; odd names a column that is
	// neither part of the key nor a sum.
	Grain, Sums []string
	odd         string
}

func (t *Target) table() string { return clickhouse.Table(t.Database, t.Name) }

// additive reports whether rows that are added to it are summed with those that it has.
func (t *Target) additive() bool {
	return (strings.HasSuffix(t.Engine, "AggregatingMergeTree") || strings.HasSuffix(t.Engine, "SummingMergeTree")) && t.odd == "" && !t.Foreign
}

// idempotent reports whether the same rows may be written to it again.
func (t *Target) idempotent() bool { return strings.HasSuffix(t.Engine, "ReplacingMergeTree") }

// held is the table with its past.
func (t *Target) held() string {
	if t.Past == "" {
		return t.table()
	}
	columns := clickhouse.Idents(append(append([]string{}, t.Grain...), t.Sums...))
	return "(SELECT " + columns + " FROM " + t.table() + " UNION ALL SELECT " + columns + " FROM " + t.Past + ")"
}

// Targets finds what the views of a table write to.
func Targets(ctx context.Context, s Server, database, table string) ([]*Target, error) {
	return (&Job{Server: s, Database: database, Table: table}).targets(ctx)
}

func (t *Target) String() string { return t.Database + "." + t.Name }

// targets finds what raw's views write to, as the server has it: the aggregates are made
// by another program, and people may add views of their own. A view that was made beside a
// pipeline that ran leaves out rows below a boundary. They are in a table of the target's
// name with _past behind it, whose comment says what all of raw gives. Before that is
// complete it says nothing, and then the target is what the view itself gives of raw.
func (j *Job) targets(ctx context.Context) ([]*Target, error) {
	var all []*Target
	found := map[string]*Target{}
	var database, name, engine, feed, view, whole, past proto.ColStr
	var ours proto.ColUInt8
	err := j.Query(ctx, clickhouse.Select{
		SQL: fmt.Sprintf(`SELECT v.target_database AS d, v.target_table AS t, s.engine AS e,
	JSONExtractString(p.comment, 'select') AS whole, if(whole != '', whole, v.as_select) AS q, if(whole != '', concat(p.database, '.', p.name), '') AS pn, v.as_select AS w,
	toUInt8((v.database, v.name) IN (SELECT arrayJoin(arrayZip(dependencies_database, dependencies_table)) FROM system.tables WHERE database = %s AND name = %s)) AS o
FROM system.tables AS v INNER JOIN system.tables AS s ON s.database = v.target_database AND s.name = v.target_table
	LEFT JOIN system.tables AS p ON p.database = v.target_database AND p.name = concat(v.target_table, '_past')
WHERE v.engine = 'MaterializedView' ORDER BY d, t, q`, clickhouse.Text(j.database()), clickhouse.Text(j.Table)),
		Result: proto.Results{{Name: "d", Data: &database}, {Name: "t", Data: &name}, {Name: "e", Data: &engine}, {Name: "whole", Data: &whole}, {Name: "q", Data: &feed}, {Name: "pn", Data: &past}, {Name: "w", Data: &view}, {Name: "o", Data: &ours}},
		OnBlock: func(rows int) error {
			for i := range rows {
				at := clickhouse.Table(database.Row(i), name.Row(i))
				t := found[at]
				if t == nil {
					t = &Target{Database: database.Row(i), Name: name.Row(i), Engine: engine.Row(i)}
					found[at], all = t, append(all, t)
				}
				if ours.Row(i) == 1 {
					t.Feeds, t.Views, t.Past = append(t.Feeds, feed.Row(i)), append(t.Views, view.Row(i)), past.Row(i)
				} else {
					t.Foreign = true
				}
			}
			return nil
		},
	})
	var mine []*Target
	for _, t := range all {
		if err == nil && len(t.Feeds) > 0 {
			err = j.columns(ctx, t)
			mine = append(mine, t)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("find what the views of raw.%s write to: %w", j.Table, err)
	}
	return mine, nil
}

// columns tells the target's groups from its sums.
func (j *Job) columns(ctx context.Context, t *Target) error {
	var name, typ proto.ColStr
	var key proto.ColUInt8
	return j.Query(ctx, clickhouse.Select{
		SQL: fmt.Sprintf("SELECT name, type, is_in_sorting_key FROM system.columns WHERE database = %s AND table = %s AND default_kind IN ('', 'DEFAULT') ORDER BY position",
			clickhouse.Text(t.Database), clickhouse.Text(t.Name)),
		Result: proto.Results{{Name: "name", Data: &name}, {Name: "type", Data: &typ}, {Name: "is_in_sorting_key", Data: &key}},
		OnBlock: func(rows int) error {
			for i := range rows {
				switch {
				case key.Row(i) == 1:
					t.Grain = append(t.Grain, name.Row(i))
				case strings.Contains(typ.Row(i), "UInt"): // a difference may be below zero
					t.Sums = append(t.Sums, name.Row(i))
					t.odd = name.Row(i)
				case strings.HasPrefix(typ.Row(i), "SimpleAggregateFunction(sum,"), strings.HasSuffix(t.Engine, "SummingMergeTree"):
					t.Sums = append(t.Sums, name.Row(i))
				default:
					t.Sums = append(t.Sums, name.Row(i))
					t.odd = name.Row(i)
				}
			}
			return nil
		},
	})
}
