package target

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tidemark-cdc/tidemark/aggregate/model"
)

// CreateState makes the table that the feed writes.
func (b *Build) CreateState() string { return b.create(b.State(), b.note()) }

// CreatePast makes the table of what lies below the boundary.
func (b *Build) CreatePast() string {
	return b.create(Past(b.State()), "rows below the boundary of "+b.State())
}

// create makes a table of sums. Its deduplication window is as long as raw's: a retried batch must not be summed twice.
// What a part was merged from stays for eight minutes: the sink takes it back when the part cannot be read.
func (s *Shape) create(table, comment string) string {
	var columns []string
	for _, c := range s.grain {
		columns = append(columns, fmt.Sprintf("`%s` %s", c.Name, c.Type))
	}
	for _, c := range s.measures {
		columns = append(columns, fmt.Sprintf("`%s` SimpleAggregateFunction(sum, %s)", c.Name, c.Type))
	}
	ttl := ""
	if s.since != "" {
		ttl = fmt.Sprintf("\nTTL toDate(`%s`) + toIntervalDay(%d)", s.since, s.Retention+2)
	}
	return fmt.Sprintf("CREATE TABLE %s\n(\n    %s\n)\nENGINE = AggregatingMergeTree\nORDER BY (%s)%s\nSETTINGS non_replicated_deduplication_window = 10000, old_parts_lifetime = 480\nCOMMENT '%s'",
		table, strings.Join(columns, ",\n    "), strings.Join(s.Grain, ", "), ttl, comment)
}

// CreateFeed makes the materialized view over the rows of raw that a condition lets through.
//
// The condition stays for good: a batch that is sent once more from below it must find it there.
func (b *Build) CreateFeed(condition string) string {
	return fmt.Sprintf("CREATE MATERIALIZED VIEW %s TO %s AS\n%s", Feed(b.State()), b.State(), b.over(condition))
}

// Whole says on the past that state and past together are what Select gives of all of raw. Whoever sets the state to
// what raw says reads it there: the feed's own query leaves out what lies in the past, and a fold of old history in raw
// keeps only the whole as it was.
//
// It is not said on the feed: a view that was altered in any way, if only its comment, does not know the tokens again
// that it passed on before, and a batch that is sent once more then counts twice.
func (b *Build) Whole() string {
	said, _ := json.Marshal(map[string]string{"select": b.Select})
	return fmt.Sprintf("ALTER TABLE %s MODIFY COMMENT %s", Past(b.State()), Text(string(said)))
}

// Backfill sums up the rows of raw that a condition names. It is one block on every server, so that a token tells a
// second try: blocks that are cut otherwise are not known again.
func (b *Build) Backfill(condition, token string) string {
	list := "`" + strings.Join(names(append(append([]Column{}, b.grain...), b.measures...)), "`, `") + "`"
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM (%s)\nSETTINGS insert_deduplicate = 1, insert_deduplication_token = '%s', max_insert_threads = 1, async_insert = 0,\n"+
		"    min_insert_block_size_rows = 1000000000, min_insert_block_size_bytes = 0, max_insert_block_size = 1000000000",
		Past(b.State()), list, list, b.over(condition), token)
}

// over is the model's SELECT with only those rows of its source that a condition lets through.
func (s *Shape) over(condition string) string {
	if condition == "" || condition == "true" {
		return s.Select
	}
	source := s.Sources[0]
	return strings.ReplaceAll(s.Select, model.Source(source), fmt.Sprintf("(SELECT * FROM raw.%s WHERE %s) AS ", source, condition))
}

// CreateView makes what people query, or turns it to this build: groups summed up whether or not parts were merged,
// without those that are gone.
func (b *Build) CreateView() string {
	var columns, groups []string
	for _, c := range b.grain {
		columns = append(columns, fmt.Sprintf("t.`%s` AS `%s`", c.Name, c.Name))
		groups = append(groups, fmt.Sprintf("t.`%s`", c.Name))
	}
	for _, c := range b.measures {
		columns = append(columns, fmt.Sprintf("sum(t.`%s`) AS `%s`", c.Name, c.Name))
	}
	group := ""
	if len(groups) > 0 {
		group = "GROUP BY " + strings.Join(groups, ", ") + "\n"
	}
	return fmt.Sprintf("CREATE OR REPLACE VIEW %s DEFINER = CURRENT_USER SQL SECURITY DEFINER AS\nSELECT\n    %s\n%s%sHAVING sum(t.`%s`) != 0\nCOMMENT %s",
		View(b.Name), strings.Join(columns, ",\n    "), b.from(), group, model.Count, Text(b.About+" ["+b.State()+"]"))
}

// CreateLines makes what views read that sum up anyway: a group may stand in several lines, and one that is gone as lines
// that cancel out. It spares summing up every group of a long time, only to sum the groups up again.
func (b *Build) CreateLines() string {
	var columns []string
	for _, c := range b.grain {
		columns = append(columns, fmt.Sprintf("t.`%s` AS `%s`", c.Name, c.Name))
	}
	for _, c := range b.measures {
		columns = append(columns, fmt.Sprintf("CAST(t.`%s`, '%s') AS `%s`", c.Name, c.Type, c.Name)) // no SimpleAggregateFunction
	}
	return fmt.Sprintf("CREATE OR REPLACE VIEW %s DEFINER = CURRENT_USER SQL SECURITY DEFINER AS\nSELECT\n    %s\n%sCOMMENT %s",
		Lines(b.Name), strings.Join(columns, ",\n    "), b.from(), Text("lines of "+b.State()+", to be summed up"))
}

// from reads the whole build, as far as it is kept, as t.
func (b *Build) from() string {
	from, kept := b.State(), ""
	if b.Cut {
		from = fmt.Sprintf("(SELECT * FROM %s UNION ALL SELECT * FROM %s)", b.State(), Past(b.State()))
	}
	if b.since != "" {
		kept = "WHERE " + b.Kept("t") + "\n"
	}
	return "FROM " + from + " AS t\n" + kept
}

// Text quotes a literal.
func Text(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'" }
