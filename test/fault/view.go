package fault

import (
	"context"
	"fmt"
	"time"
)

// ViewThrows adds a view to a raw table that fails for every block, after raw and some
// of the other views have taken it.
func ViewThrows(table string) Fault {
	return badView("view-throws-"+table, table, "throwIf(_sign IN (1, -1), 'a fault')")
}

// OutOfMemory adds a view to a raw table that asks for more memory than there is.
func OutOfMemory(table string) Fault {
	return badView("out-of-memory-"+table, table, "length(range(toUInt64(_sign + 400000000)))")
}

func badView(name, table, expression string) Fault {
	view := "raw.`fault_" + table + "`"
	return Fault{
		Name: name, Kind: "a view fails", Holds: []string{"fault's view of " + table},
		MustNot: "Each row is in raw and in every other view once, whichever of them had it before the failure.",
		Least:   3 * time.Second, Most: 15 * time.Second,
		Strike: func(ctx context.Context, r *Rig) error {
			if err := r.sql(ctx, "CREATE TABLE IF NOT EXISTS raw.`fault_rows` (x UInt64) ENGINE = Null"); err != nil {
				return err
			}
			return r.sql(ctx, fmt.Sprintf("CREATE MATERIALIZED VIEW IF NOT EXISTS %s TO raw.`fault_rows` AS SELECT toUInt64(%s) AS x FROM raw.`%s`", view, expression, table))
		},
		Heal: func(ctx context.Context, r *Rig) error { return r.sql(ctx, "DROP VIEW IF EXISTS "+view) },
	}
}
