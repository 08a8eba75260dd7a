package clickhouse

import (
	"encoding/json"
	"time"
)

// Lease selects the comment of the table that compaction makes while it works, with which LeaseHeld is asked; no row when
// there is none. Package tidemark_dags.compact.lease writes it.
const Lease = "SELECT comment FROM system.tables WHERE database = 'ops' AND name = 'compaction_lease'"

// LeaseHeld reports whether the lease with this comment is held at a time: {"until": seconds since 1970}. One that somebody
// made by hand, with another comment, is held until it is dropped.
func LeaseHeld(comment string, at time.Time) bool {
	var held struct{ Until float64 }
	return json.Unmarshal([]byte(comment), &held) != nil || held.Until > float64(at.Unix())
}
