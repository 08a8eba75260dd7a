// Package slot says which replication slot a capture reads and whether it is still the one that the last watermark knows.
package slot

import (
	"encoding/json"
	"fmt"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/catalog"
)

// Resume is what a watermark of a PostgreSQL source remembers besides its position.
type Resume struct {
	Slot        string `json:"slot"`
	Publication string `json:"publication"`
	Identity
	// Tables are those whose snapshot is published, by "schema.table".
	Tables map[string]Done `json:"tables"`
	// Standing is how the publication and those tables stood in the catalog.
	Standing *catalog.Standing `json:"standing,omitempty"`
}

// Identity is the database whose log the positions count in.
type Identity struct {
	System   string `json:"system"`   // IDENTIFY_SYSTEM's systemid
	Timeline int32  `json:"timeline"` // rises when a standby is promoted
	Database uint32 `json:"database"` // pg_database.oid
}

// Done says which snapshot of a table is published.
type Done struct {
	Snapshot string `json:"snapshot"`
	LSN      uint64 `json:"lsn"`
}

// Parse reads a watermark's Resume.
func Parse(raw json.RawMessage) (*Resume, error) {
	var r Resume
	if err := json.Unmarshal(raw, &r); err != nil || r.Slot == "" {
		return nil, fault.New(fault.Foreign, "read the last watermark", fmt.Errorf("not a PostgreSQL source's: %.200s (%w)", raw, err),
			"The watermark of this source's name was written by another kind of source: give this source another name.")
	}
	return &r, nil
}

// Encode gives the form that Parse reads.
func (r *Resume) Encode() json.RawMessage {
	b, err := json.Marshal(r)
	if err != nil {
		panic(fmt.Sprintf("BUG: resume %+v: %v", r, err)) // strings and numbers always marshal
	}
	return b
}
