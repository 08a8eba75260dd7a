package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Kind is what a replay is for.
type Kind string

// The kinds.
const (
	Missing Kind = "missing"
	Rebuild Kind = "rebuild"
	Into    Kind = "into"
)

// Phase is how far a replay is.
type Phase string

// The phases.
const (
	Building   Phase = "building"
	Pausing    Phase = "pausing"
	Exchanging Phase = "exchanging"
	Done       Phase = "done"
)

// lease is how long a replay holds what it holds without renewing it; renewal how often it does.
const (
	lease   = 30 * time.Second
	renewal = 5 * time.Second
)

// Record is a replay's row in ops.replays.
type Record struct {
	ID       string
	Topic    string
	Kind     Kind
	Phase    Phase
	Database string
	// Live is set while somebody holds the lease.
	Live bool
	Plan Plan
}

// Plan is what a replay was begun with and what it exchanges.
type Plan struct {
	Table string `json:"table"`
	// Key are the columns by which a row is known; none for a log.
	Key []string `json:"key,omitempty"`
	// Parts are the partitions, Base where they begin.
	Parts []Part `json:"parts,omitempty"`
	Base  Base   `json:"base,omitempty"`
	// Pairs are the tables of the copy and those whose place they take.
	Pairs []Pair `json:"pairs,omitempty"`
	// Kept are targets that stay as they are: other tables feed them too.
	Kept []string `json:"kept,omitempty"`
}

// Base is what lies below a replay.
type Base string

// The bases.
const (
	BaseTopic    Base = "topic"    // nothing: the topic holds all
	BaseSnapshot Base = "snapshot" // the newest snapshot that the topic holds whole
	BaseRaw      Base = "raw"      // what raw holds below
)

// Pair is a table of the copy, and the one that it is a copy of.
type Pair struct {
	Database string   `json:"database"`
	Name     string   `json:"name"`
	Copy     string   `json:"copy"`
	Feeds    []string `json:"feeds,omitempty"`
	// Old and New are the tables' UUIDs before the exchange.
	Old string `json:"old"`
	New string `json:"new"`
	// Comment is the live table's: others know their tables by it.
	Comment string `json:"comment"`
}

// ErrHeld: another replay of the topic is under way.
var ErrHeld = errors.New("another replay of this topic is under way")

func newID() string { return strings.ReplaceAll(uuid.NewString(), "-", "")[:8] }

// Write writes the record with a lease; without one when the replay is let go.
func (r *Record) Write(ctx context.Context, s Server, hold time.Duration) error {
	plan, err := json.Marshal(r.Plan)
	if err != nil {
		return err
	}
	err = exec(ctx, s, fmt.Sprintf("INSERT INTO ops.replays (id, topic, kind, phase, database, lease_until, plan) SELECT %s, %s, %s, %s, %s, now64(3) + toIntervalMillisecond(%d), %s",
		clickhouse.Text(r.ID), clickhouse.Text(r.Topic), clickhouse.Text(string(r.Kind)), clickhouse.Text(string(r.Phase)), clickhouse.Text(r.Database),
		hold.Milliseconds(), clickhouse.Text(string(plan))))
	if err != nil {
		return fmt.Errorf("write down how far replay %s is: %w", r.ID, err)
	}
	return nil
}

// remove leaves no trace of the replay.
func (r *Record) remove(ctx context.Context, s Server) error {
	return exec(ctx, s, "DELETE FROM ops.replays WHERE id = "+clickhouse.Text(r.ID))
}

// Records reads the replays that are not done, of one topic or of all.
func Records(ctx context.Context, s Server, topic string) (all []Record, err error) {
	where := "phase != 'done'"
	if topic != "" {
		where += " AND topic = " + clickhouse.Text(topic)
	}
	rows, err := table(ctx, s, "SELECT [id, topic, kind, phase, database, toString(lease_until > now64(3)), plan] AS r FROM ops.replays FINAL WHERE "+where+" ORDER BY at, id")
	if err != nil {
		return nil, fmt.Errorf("read ops.replays: %w", err)
	}
	for _, c := range rows {
		r := Record{ID: c[0], Topic: c[1], Kind: Kind(c[2]), Phase: Phase(c[3]), Database: c[4], Live: c[5] == "1"}
		if err := json.Unmarshal([]byte(c[6]), &r.Plan); err != nil {
			return nil, fmt.Errorf("plan of replay %s: %w", r.ID, err)
		}
		all = append(all, r)
	}
	return all, nil
}
