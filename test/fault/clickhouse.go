package fault

import (
	"context"
	"strings"
	"time"
)

// ReadOnly lets a raw table refuse every insert.
func ReadOnly(table string) Fault {
	return setting("read-only-"+table, table, "table_readonly = 1")
}

// TooManyParts lets a raw table refuse inserts because it has any parts at all.
func TooManyParts(table string) Fault {
	return setting("too-many-parts-"+table, table, "parts_to_throw_insert = 1, parts_to_delay_insert = 1")
}

// NoSpace lets a raw table refuse inserts for want of free space.
func NoSpace(table string) Fault {
	return setting("no-space-"+table, table, "min_free_disk_bytes_to_perform_insert = 1000000000000000")
}

// setting is a fault that a table's settings make.
func setting(name, table, settings string) Fault {
	var names []string
	for one := range strings.SplitSeq(settings, ", ") {
		key, _, _ := strings.Cut(one, " ")
		names = append(names, key)
	}
	return Fault{
		Name: name, Kind: "ClickHouse refuses inserts", Holds: []string{"settings of " + table},
		MustNot: "The batch waits under its token; no record of it becomes a dead letter, and other tables go on.",
		Least:   3 * time.Second, Most: 15 * time.Second,
		Strike: func(ctx context.Context, r *Rig) error {
			return r.sql(ctx, "ALTER TABLE raw.`"+table+"` MODIFY SETTING "+settings)
		},
		Heal: func(ctx context.Context, r *Rig) error {
			return r.sql(ctx, "ALTER TABLE raw.`"+table+"` RESET SETTING "+strings.Join(names, ", "))
		},
	}
}

// KillQueries ends every insert that is under way, again and again.
func KillQueries() Fault {
	f := Fault{
		Name: "kill-inserts", Kind: "inserts killed",
		MustNot: "An insert that ended midway is sent again whole: raw and every view have each row once.",
		Least:   3 * time.Second, Most: 10 * time.Second,
	}
	stop := func() {}
	f.Strike = func(ctx context.Context, r *Rig) error {
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		stop = cancel
		go func() {
			for ctx.Err() == nil {
				_ = r.ClickHouse.Query(ctx, "KILL QUERY WHERE query_kind = 'Insert' ASYNC FORMAT Null", func([]*string) error { return nil })
				rest(ctx, 20*time.Millisecond)
			}
		}()
		return nil
	}
	f.Heal = func(context.Context, *Rig) error {
		stop()
		return nil
	}
	return f
}
