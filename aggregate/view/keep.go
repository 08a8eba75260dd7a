package view

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"
)

// frugal keeps a refresh, which nobody waits for, from taking the server from those who look.
const frugal = "SETTINGS max_threads = 1, max_bytes_before_external_group_by = 2000000000"

// createKept gives the statement that makes a view whose answer the server computes by itself every so often, and keeps: for
// what reads all history and would be asked for by every look at a dashboard. The time is counted from the end of the last
// computation: one that takes long, over much history, leaves the server as much rest.
func (v *View) createKept() string {
	n := interval.FindStringSubmatch(v.Refresh)
	return fmt.Sprintf("CREATE MATERIALIZED VIEW sales.%s REFRESH AFTER %s %s\nENGINE = MergeTree\nORDER BY tuple()\nDEFINER = CURRENT_USER SQL SECURITY DEFINER AS\n%s\n%s\nCOMMENT '%s'",
		v.Name, n[1], strings.ToUpper(n[2]), v.Select, frugal, strings.ReplaceAll(v.comment(), "'", "''"))
}

// comment tells one state of the file from another: a view that is made again begins empty, so it is made only when it changed.
func (v *View) comment() string {
	h := fnv.New32a()
	fmt.Fprint(h, v.Refresh, v.Select, frugal)
	return fmt.Sprintf("%s Computed every %s. [%08x]", v.About, v.Refresh, h.Sum32())
}

func (v *View) keep(ctx context.Context, server Server) error {
	rows, err := server.Rows(ctx, "SELECT comment FROM system.tables WHERE database = 'sales' AND name = '"+v.Name+"'")
	if err != nil {
		return fmt.Errorf("view %s: look at what is there: %w", v.Name, err)
	}
	if len(rows) == 1 && rows[0][0] == v.comment() {
		return nil
	}
	for _, sql := range []string{"DROP VIEW IF EXISTS sales." + v.Name + " SYNC", v.createKept()} {
		if err := server.Exec(ctx, sql); err != nil {
			return fmt.Errorf("view %s: %w", v.Name, err)
		}
	}
	return nil
}
