package slot

import (
	"fmt"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/stream"
)

const resnapshot = "Take a new snapshot in a new epoch: `capture resnapshot`."

// Usable says whether a slot can be read at all by a capture of database. A nil slot is (it will be made). now is how far the server's
// log goes.
func (s *Info) Usable(database string, now stream.LSN) error {
	if s == nil {
		return nil
	}
	if err := s.Own(database); err != nil {
		return err
	}
	if s.WALStatus == "lost" {
		return fault.New(fault.HistoryLost, "use slot "+s.Name, fmt.Errorf("the server has removed log that was not read yet, from %s to now (%s): wal_status = lost, max_slot_wal_keep_size", s.Confirmed, now),
			"Raise max_slot_wal_keep_size above the log of the longest stop. "+resnapshot)
	}
	return nil
}

// Continues checks that the slot found is the one that the watermark at position at knows, so that nothing is missing between them.
// now is how far the server's log goes.
func (r *Resume) Continues(s *Info, name, publication string, id Identity, at, now stream.LSN) error {
	doing := "go on from the last watermark"
	switch {
	case r.System != id.System:
		return fault.New(fault.Foreign, doing, fmt.Errorf("the server is another one: system %s with a log up to %s, was %s with one published up to %s", id.System, now, r.System, at),
			"Point the URL at the server that was captured. If it was restored or recreated on purpose: "+resnapshot)
	case r.Database != id.Database:
		return fault.New(fault.Foreign, doing, fmt.Errorf("the database is another one: oid %d, was %d (dropped and created again?); published is up to %s, the log goes to %s", id.Database, r.Database, at, now), resnapshot)
	case r.Slot != name:
		return fault.New(fault.Config, doing, fmt.Errorf("the slot is %q in the configuration, was %q", name, r.Slot), "Give the slot its former name. Another slot begins at another position: "+resnapshot)
	case r.Publication != publication:
		return fault.New(fault.Config, doing, fmt.Errorf("the publication is %q in the configuration, was %q", publication, r.Publication),
			"Changes that are sent again would be counted differently. Give the publication its former name (ALTER PUBLICATION ... RENAME TO also keeps its content).")
	case s == nil:
		return fault.New(fault.HistoryLost, doing, fmt.Errorf("slot %s is gone: what was committed from %s to now (%s) was never read", name, at, now), resnapshot)
	case r.Timeline != id.Timeline && !s.Failover:
		return fault.New(fault.HistoryLost, doing, fmt.Errorf("the server is on timeline %d, was %d (a standby was promoted), and slot %s is no failover slot: what was committed from %s to now (%s) may lack in it", id.Timeline, r.Timeline, name, at, now), resnapshot)
	case s.Confirmed > at: // rule: slot-not-ahead
		return fault.New(fault.HistoryLost, doing, fmt.Errorf("slot %s is confirmed up to %s, published is up to %s: what was committed from %[3]s to %[2]s was read by somebody else", name, s.Confirmed, at), resnapshot)
	}
	return nil
}
