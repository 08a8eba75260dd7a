package status

import (
	"context"
	"fmt"
	"strconv"

	"github.com/tidemark-cdc/tidemark/compose/compare"
)

// tidemarks reads ops.tidemark; nothing while the sink has not made it.
func tidemarks(ctx context.Context, ch compare.ClickHouse) (out []Source) {
	const sql = "SELECT source, position, toString(lag_seconds), toString(behind), toString(dead_letters) FROM ops.tidemark ORDER BY source"
	_ = ch.Query(ctx, sql, func(t []*string) error {
		lag, _ := strconv.ParseFloat(text(t[2]), 64)
		out = append(out, Source{Source: text(t[0]), Position: text(t[1]), Lag: lag, Behind: number(t[3]), DeadLetters: number(t[4])})
		return nil
	})
	return out
}

func deadLetters(ctx context.Context, ch compare.ClickHouse) int64 {
	return one(ctx, ch, "SELECT toString(count()) FROM ops.dead_letters FINAL WHERE resolved = 0")
}

// last says when something of ops was done last and what came of it: "never" where its table is empty or not there.
func last(ctx context.Context, ch compare.ClickHouse, table string) string {
	columns := map[string]bool{}
	err := ch.Query(ctx, "SELECT name FROM system.columns WHERE database = 'ops' AND table = '"+table+"'", func(t []*string) error {
		columns[text(t[0])] = true
		return nil
	})
	when, what := first(columns, "started_at", "written_at"), first(columns, "state", "step")
	switch {
	case err != nil:
		return "unknown"
	case when == "" || what == "":
		return "never"
	}
	answer := "never"
	sql := fmt.Sprintf("SELECT toString(count()), toString(toDateTime(max(%[1]s))), toString(argMax(%[2]s, %[1]s)) FROM ops.%[3]s", when, what, table)
	err = ch.Query(ctx, sql, func(t []*string) error {
		if text(t[0]) != "0" {
			answer = text(t[1]) + " " + text(t[2])
		}
		return nil
	})
	if err != nil {
		return "unknown"
	}
	return answer
}

func first(there map[string]bool, names ...string) string {
	for _, n := range names {
		if there[n] {
			return n
		}
	}
	return ""
}

// one reads one number, -1 when there is none.
func one(ctx context.Context, ch compare.ClickHouse, sql string) int64 {
	n := int64(-1)
	_ = ch.Query(ctx, sql, func(t []*string) error {
		n = number(t[0])
		return nil
	})
	return n
}

func text(t *string) string {
	if t == nil {
		return ""
	}
	return *t
}

func number(t *string) int64 {
	n, err := strconv.ParseInt(text(t), 10, 64)
	if err != nil {
		return -1
	}
	return n
}
