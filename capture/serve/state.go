package serve

import (
	"sync"
	"time"

	"github.com/tidemark-cdc/tidemark/capture/publish"
)

// Phase is what a source is doing.
type Phase string

// The phases, in the order in which a start passes them.
const (
	Starting Phase = "starting"
	Checking Phase = "preflight"
	Standby  Phase = "standby" // another capture holds the lease
	Opening  Phase = "opening" // brokers: session, last watermark
	Running  Phase = "running"
	Retrying Phase = "retrying"
	Finished Phase = "finished"
	Halted   Phase = "halted" // an operator is needed
)

// State is what /status shows of a source.
type State struct {
	Source    string    `json:"source"`
	Phase     Phase     `json:"phase"`
	Since     time.Time `json:"since"`
	Restarts  int       `json:"restarts"`
	LastError string    `json:"last_error,omitempty"`
	Class     string    `json:"class,omitempty"`
	// Confirmed is the position up to which all is published.
	Confirmed  string    `json:"confirmed,omitempty"`
	CommitTime time.Time `json:"commit_time,omitzero"`
	Complete   bool      `json:"complete"`
	InFlight   int64     `json:"in_flight_bytes"`
}

// board holds one source's state for readers in other goroutines.
type board struct {
	mu        sync.Mutex
	state     State
	publisher *publish.Publisher
}

func (b *board) set(p Phase) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.state.Phase, b.state.Since = p, time.Now()
}

func (b *board) failed(p Phase, class string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.state.Phase, b.state.Since = p, time.Now()
	b.state.LastError, b.state.Class = err.Error(), class
	if p == Retrying {
		b.state.Restarts++
	}
}

func (b *board) publishes(p *publish.Publisher) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.publisher = p
}

// read gives the state with what the publisher says now.
func (b *board) read() State {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.state
	if b.publisher == nil {
		return s
	}
	if pt := b.publisher.Confirmed(); !pt.Position.IsZero() {
		s.Confirmed, s.Complete = pt.Position.String(), pt.Complete
		if pt.CommitTime != 0 {
			s.CommitTime = time.UnixMicro(pt.CommitTime).UTC()
		}
	}
	s.InFlight = b.publisher.InFlight()
	return s
}
