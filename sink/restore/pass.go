package restore

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// pass checks every young part and brings the tables of broken ones back.
func (w *Watch) pass(ctx context.Context) (restored bool, err error) {
	all, err := parts(ctx, w.conn, "p.database IN ("+texts(w.databases)+")")
	if err != nil {
		return false, err
	}
	found := map[string][]part{}
	for _, p := range all {
		if !p.young || w.hopeless[p] {
			continue
		}
		why, err := broken(ctx, w.conn, p)
		if err != nil {
			return restored, err
		}
		if why != "" {
			w.Log.Warn("a part cannot be read", "table", p.of(), "part", p.name, "why", why)
			found[p.of()] = append(found[p.of()], p)
		}
	}
	for _, table := range slices.Sorted(maps.Keys(found)) {
		done, err := w.takeBack(ctx, found[table])
		if err != nil {
			return restored, err
		}
		restored = restored || done
	}
	return restored, nil
}

// takeBack attaches the table of broken parts anew, unless one without sources would be set
// aside with them.
func (w *Watch) takeBack(ctx context.Context, lost []part) (bool, error) {
	database, table := lost[0].database, lost[0].table
	ofTable := fmt.Sprintf("p.database = %s AND p.table = %s", clickhouse.Text(database), clickhouse.Text(table))
	all, err := parts(ctx, w.conn, ofTable)
	if err != nil {
		return false, err
	}
	for _, p := range all {
		if p.young {
			continue
		}
		if why, err := broken(ctx, w.conn, p); err != nil {
			return false, err
		} else if why != "" {
			w.giveUp(lost, "another part of the table cannot be read and has no sources any more", "other", p.name, "why", why)
			return false, nil
		}
	}
	if all, err = parts(ctx, w.conn, ofTable); err != nil { // the checks may have taken long
		return false, err
	}
	for _, p := range lost {
		if slices.Contains(all, part{p.database, p.table, p.name, false}) {
			w.giveUp([]part{p}, "what it was merged from may be gone by now")
			return false, nil
		}
	}
	if err := reload(ctx, w.conn, database, table); err != nil {
		return false, err
	}
	if all, err = parts(ctx, w.conn, ofTable); err != nil {
		return false, err
	}
	for _, p := range lost {
		if slices.Contains(all, p) {
			w.giveUp([]part{p}, "the server does not see what is wrong with it when it attaches the table")
			return false, nil
		}
	}
	w.Log.Warn("parts that could not be read were set aside, and what they were merged from was taken back", "table", lost[0].of(), "parts", len(lost))
	return true, nil
}

// giveUp leaves parts to a person: whoever reads them stops and says so.
func (w *Watch) giveUp(lost []part, why string, more ...any) {
	if w.hopeless == nil {
		w.hopeless = map[part]bool{}
	}
	for _, p := range lost {
		w.hopeless[p] = true
		w.Log.Error("a part that cannot be read is left alone: "+why, append([]any{"table", p.of(), "part", p.name}, more...)...)
	}
}
