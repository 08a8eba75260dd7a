package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/tidemark-cdc/tidemark/test/fault"
)

// Struck is a fault that was struck.
type Struck struct {
	Fault    string  `json:"fault"`
	Kind     string  `json:"kind"`
	At       float64 `json:"at_s"`
	For      float64 `json:"for_s"`
	Recovery float64 `json:"recovery_s"`        // from its end until the tidemark had passed that moment; -1: never
	Skipped  string  `json:"skipped,omitempty"` // why it could not be struck on this machine
	Error    string  `json:"error,omitempty"`
	wait     *wait
}

const toHeal = 3 * time.Minute

// strike strikes the plan and comes back when every fault is healed and the time is over.
func (s *Scene) strike(ctx context.Context, t Trial, shop *shop) []Struck {
	began := time.Now()
	var all sync.WaitGroup
	struck := make([]Struck, len(t.Plan))
	said := time.Now()
	for i, b := range t.Plan {
		for until(ctx, began.Add(b.At), said.Add(10*time.Second)) {
			said = time.Now()
			s.say("%s  %d/%d faults  %d changes  tidemark %.1f s behind", clock(time.Since(began)), i, len(t.Plan), shop.changes(), s.tide.lag().Seconds())
		}
		if ctx.Err() != nil {
			break
		}
		s.say("%s  %s%s", clock(time.Since(began)), b.Fault.Name, lasting(b.For))
		all.Go(func() {
			defer s.hold(b.Fault)()
			struck[i] = s.blow(ctx, b, began)
		})
	}
	until(ctx, began.Add(t.Length), began.Add(t.Length))
	all.Wait()
	return struck
}

// hold takes what a fault holds, which a fault before it may still be healing; the
// answer lets it go. Called by one goroutine for each fault, it takes in one order, so
// that no two wait for each other.
func (s *Scene) hold(f fault.Fault) func() {
	names := append([]string{f.Name}, f.Holds...)
	slices.Sort(names)
	var locks []*sync.Mutex
	for _, n := range slices.Compact(names) {
		lock := s.lock(n)
		lock.Lock()
		locks = append(locks, lock)
	}
	return func() {
		for _, l := range locks {
			l.Unlock()
		}
	}
}

func (s *Scene) lock(name string) *sync.Mutex {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held[name] == nil {
		s.held[name] = new(sync.Mutex)
	}
	return s.held[name]
}

// until waits for the earlier of two moments, and says whether it was the second one.
func until(ctx context.Context, first, second time.Time) bool {
	next := first
	if second.Before(first) {
		next = second
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(time.Until(next)):
		return second.Before(first)
	}
}

// blow strikes one fault, lets it stand and heals it.
func (s *Scene) blow(ctx context.Context, b Blow, began time.Time) Struck {
	out := Struck{Fault: b.Fault.Name, Kind: b.Fault.Kind, At: time.Since(began).Seconds(), For: b.For.Seconds()}
	limited, cancel := context.WithTimeout(ctx, toHeal)
	err := b.Fault.Strike(limited, s.rig)
	cancel()
	switch {
	case errors.Is(err, fault.ErrCannot):
		out.Skipped = err.Error()
		return out
	case err != nil:
		out.Error = "strike: " + err.Error()
	}
	if b.Fault.Heal != nil { // also when the strike failed: half of it may have been done
		pause(ctx, b.For)
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), toHeal)
		defer cancel()
		if err := b.Fault.Heal(limited, s.rig); err != nil {
			out.Error += " heal: " + err.Error()
		}
	}
	out.wait = s.tide.await()
	return out
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func clock(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}

func lasting(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf(" for %.1f s", d.Seconds())
}
