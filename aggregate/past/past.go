// Package past makes views that show tables as they were: the newest image of each key up to a position or a time, as
// far back as raw reaches.
package past

import (
	"context"
	"fmt"
	"strings"
)

// Database holds the views.
const Database = "past"

// Server runs statements.
type Server interface {
	Exec(ctx context.Context, sql string) error
	Rows(ctx context.Context, sql string) ([][]string, error)
}

// table is a raw table whose rows have a key.
type table struct {
	name, key string
	columns   []string
}

// Apply makes the views of every table that has a current state, and gives the tables' names.
func Apply(ctx context.Context, server Server) ([]string, error) {
	tables, err := find(ctx, server)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, t := range tables {
		for _, sql := range t.create() {
			if err := server.Exec(ctx, sql); err != nil {
				return names, fmt.Errorf("make the past of %s: %w", t.name, err)
			}
		}
		names = append(names, t.name)
	}
	return names, nil
}

func find(ctx context.Context, server Server) ([]table, error) {
	rows, err := server.Rows(ctx, `SELECT t.name, t.sorting_key, c.name FROM system.tables AS t INNER JOIN system.columns AS c ON c.database = t.database AND c.table = t.name
		WHERE t.database = 'current' AND t.engine LIKE '%ReplacingMergeTree' AND t.name IN (SELECT name FROM system.tables WHERE database = 'raw')
			AND c.name NOT IN ('_version', '_deleted') ORDER BY t.name, c.position`)
	if err != nil {
		return nil, fmt.Errorf("look for tables: %w", err)
	}
	var out []table
	for _, r := range rows {
		if len(out) == 0 || out[len(out)-1].name != r[0] {
			out = append(out, table{name: r[0], key: r[1]})
		}
		t := &out[len(out)-1]
		t.columns = append(t.columns, "`"+r[2]+"`")
	}
	return out, nil
}

// create gives the statements. An update's two rows have one version, and the new image is the one with the sign +1;
// where the newest row of a key is -1, the key was gone.
func (t table) create() []string {
	view := func(suffix, condition, about string) string {
		return fmt.Sprintf("CREATE OR REPLACE VIEW %[1]s.`%[2]s%[3]s` DEFINER = CURRENT_USER SQL SECURITY DEFINER AS\nSELECT %[4]s, _version, _commit_time\n"+
			"FROM (SELECT * FROM raw.`%[2]s` WHERE %[5]s ORDER BY %[6]s, _version DESC, _sign DESC LIMIT 1 BY %[6]s)\nWHERE _sign = 1\nCOMMENT '%[7]s'",
			Database, t.name, suffix, strings.Join(t.columns, ", "), condition, t.key, about)
	}
	return []string{
		view("_at", "_commit_time <= {time:DateTime64(6, 'UTC')}", "As it was when everything committed up to a time was in: "+t.name+"_at(time = ...), UTC"),
		view("_upto", "_version <= {version:UInt128}", "As it was at a position: "+t.name+"_upto(version = ...), as ops.tidemark has it"),
	}
}
