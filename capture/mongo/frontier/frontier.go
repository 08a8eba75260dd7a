// Package frontier knows up to which clusterTime everything that the source committed has been handed on.
//
// Several events share a clusterTime (a transaction's do), so one of them does not complete it. It is complete once
//   - an event beyond it was seen, because a stream is ordered; or
//   - the server answered with nothing and says by its post-batch token that it has looked that far.
//
// The operationTime of an empty reply proves nothing by itself: it is read when the reply is made, and a write may have
// come between the look and the reply.
package frontier

import (
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
)

// ErrBackwards says that the stream gave an event below what was handed on as complete. Publishing it would let readers
// drop it as a duplicate.
var ErrBackwards = errors.New("change stream went back in time")

// Frontier is for one goroutine.
type Frontier struct {
	// Sharded: two shards may give events of one clusterTime, so a token proves only what lies below it.
	Sharded bool
	// Settle is how old a server's clock reading must be before an unmoved, unreadable token proves it.
	Settle time.Duration
	// Late counts events that came after their clusterTime was said to be complete.
	Late int

	start clock.Time // where the stream was opened; the server echoes it before it has looked
	last  clock.Time // of the newest event
	wall  int64      // of the newest event
	done  clock.Time // complete
	whole clock.Time // as done, but falls back when an event comes late
	floor clock.Time // below it nothing may be handed on any more
	until int64      // the server's time of day up to which all is done, in microseconds since 1970
	pulse pulses
}

// Start begins at a complete clusterTime, whose time of day is wall.
func (f *Frontier) Start(done clock.Time, wall int64) {
	f.start, f.last, f.done, f.whole, f.floor, f.wall, f.until = done, done, done, done, done, wall, wall
}

// Reopened says that a new stream was opened behind what was handed on.
func (f *Frontier) Reopened() { f.start = max(f.last, f.done) }

// Done is what is complete, and the source's time of day up to which that is everything.
func (f *Frontier) Done() (clock.Time, int64) { return f.done, f.until }

// Last is the clusterTime of the newest event.
func (f *Frontier) Last() clock.Time { return f.last }

// Whole reports that every event handed on belongs to a complete clusterTime.
func (f *Frontier) Whole() bool { return f.last <= f.whole }

// Pin says that something was published above all of Done: a snapshot's rows or its marks.
func (f *Frontier) Pin() { f.floor = f.done }

// Event takes the next event's clusterTime and time of day. crossed is true when it completes what came before it; the
// event itself is then the first of the next.
func (f *Frontier) Event(t clock.Time, wall int64) (crossed bool, err error) {
	if t < f.last || t <= f.floor {
		return false, fmt.Errorf("%w: %s after %s", ErrBackwards, t, max(f.last, f.floor))
	}
	if t <= f.done && t > f.last { // said to be complete too early: nothing is lost, the mark was ahead for a moment
		f.Late++
		f.whole = min(f.whole, t-1)
	}
	if t == f.last {
		f.wall = max(f.wall, wall)
		return false, nil
	}
	crossed = f.advance(f.last, f.wall)
	f.last, f.wall = t, max(f.wall, wall)
	return crossed, nil
}

// advance raises what is complete, and the time of day with it as far as the server's clock was read.
func (f *Frontier) advance(done clock.Time, wall int64) bool {
	raised := done > f.done
	f.done, f.whole = max(f.done, done), max(f.whole, done)
	f.until = max(f.until, f.pulse.wall(f.done))
	if raised {
		f.until = max(f.until, wall)
	}
	return raised
}
