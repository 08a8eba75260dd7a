package restore

import (
	"context"
	"fmt"
	"slices"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// pass checks every young part and brings the tables of broken ones back.
func (w *Watch) pass(ctx context.Context) (restored bool, err error) {
	all, err := parts(ctx, w.conn, "p.database IN ("+texts(w.databases)+")")
	if err != nil {
		return false, err
	}
	lost := map[table][]part{}
	for _, p := range all {
		if !p.young || w.hopeless[p] {
			continue
		}
		why, err := broken(ctx, w.conn, p)
		if err != nil {
			return false, err
		}
		if why != "" {
			w.Log.Warn("a part cannot be read", "table", p.table.String(), "part", p.name, "why", why)
			lost[p.table] = append(lost[p.table], p)
		}
	}
	for t, of := range lost {
		done, err := w.takeBack(ctx, t, of)
		if err != nil {
			return restored, err
		}
		restored = restored || done
	}
	return restored, nil
}

// takeBack attaches the table of broken parts anew, if nothing stands against it.
func (w *Watch) takeBack(ctx context.Context, t table, lost []part) (bool, error) {
	why, err := w.against(ctx, t, lost)
	if err != nil {
		return false, err
	}
	if why != "" {
		w.giveUp(lost, why)
		return false, nil
	}
	if err := reload(ctx, w.conn, t); err != nil {
		return false, err
	}
	all, err := parts(ctx, w.conn, within(t))
	if err != nil {
		return false, err
	}
	left := slices.DeleteFunc(lost, func(p part) bool { return !slices.Contains(all, p) })
	if len(left) > 0 {
		w.giveUp(left, "the server does not see what is wrong with it when it attaches the table")
		return false, nil
	}
	w.Log.Warn("parts that could not be read were set aside, and what they were merged from was taken back", "table", t.String())
	return true, nil
}

// against says why a table may not be attached anew: a part that has no sources any more
// would be set aside, too, and nothing would come in its place.
func (w *Watch) against(ctx context.Context, t table, lost []part) (string, error) {
	all, err := parts(ctx, w.conn, within(t))
	if err != nil {
		return "", err
	}
	for _, p := range all {
		if p.young {
			continue
		}
		if why, err := broken(ctx, w.conn, p); err != nil || why != "" {
			return fmt.Sprintf("part %s of the same table cannot be read and has no sources any more (%s)", p.name, why), err
		}
	}
	if all, err = parts(ctx, w.conn, within(t)); err != nil { // the checks may have taken long
		return "", err
	}
	for _, p := range lost {
		if p.young = false; slices.Contains(all, p) {
			return "what " + p.name + " was merged from may be gone by now", nil
		}
	}
	return "", nil
}

// within limits parts to a table's.
func within(t table) string {
	return fmt.Sprintf("p.database = %s AND p.table = %s", clickhouse.Text(t.database), clickhouse.Text(t.name))
}

// giveUp leaves parts to a person: whoever reads them stops and says so.
func (w *Watch) giveUp(lost []part, why string) {
	if w.hopeless == nil {
		w.hopeless = map[part]bool{}
	}
	for _, p := range lost {
		w.hopeless[p] = true
		w.Log.Error("a part that cannot be read is left alone: "+why, "table", p.table.String(), "part", p.name)
	}
}
