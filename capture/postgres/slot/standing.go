package slot

import (
	"fmt"
	"slices"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/catalog"
	"github.com/tidemark-cdc/tidemark/capture/postgres/stream"
)

// Stands checks that the publication and the tables stand as they did when the watermark at position at was written. What stood
// otherwise in between was not sent, and no slot brings it back. Tables that were not noted are not compared.
func (r *Resume) Stands(found *catalog.Standing, at, now stream.LSN) error {
	if r.Standing == nil {
		return nil
	}
	doing := "compare publication " + r.Publication + " with the last watermark"
	between := fmt.Sprintf("changes committed from %s to now (%s) may not have been sent", at, now)
	if was, is := r.Standing.Publication, found.Publication; was != is {
		return fault.New(fault.HistoryLost, doing, fmt.Errorf("it was altered or made again (was %s; is %s): %s", was, is, between), resnapshot)
	}
	for table, was := range r.Standing.Tables {
		is, ok := found.Tables[table]
		if !ok || was == is {
			continue
		}
		return fault.New(fault.HistoryLost, doing, fmt.Errorf("table %s stands otherwise in it (was %s; is %s): %s", table, was, is, between),
			"If it should be captured as it was, mend the publication (`capture preflight` says how). Then read the table again: `capture resnapshot --table "+table+"`.")
	}
	return nil
}

// Keep forgets tables that are captured no more: what happens to them from here on is not published, so they need a snapshot when they
// are captured again.
func (r *Resume) Keep(tables []string) {
	for t := range r.Tables {
		if !slices.Contains(tables, t) {
			r.Forget(t)
		}
	}
}

// Forget drops what is known of a table, so that its snapshot is due again.
func (r *Resume) Forget(table string) {
	delete(r.Tables, table)
	if r.Standing != nil {
		delete(r.Standing.Tables, table)
	}
}

// Note keeps how the publication and a table stand from here on.
func (r *Resume) Note(found *catalog.Standing, table string) {
	if r.Standing == nil {
		r.Standing = &catalog.Standing{Tables: map[string]string{}}
	}
	r.Standing.Publication = found.Publication
	r.Standing.Tables[table] = found.Tables[table]
}
