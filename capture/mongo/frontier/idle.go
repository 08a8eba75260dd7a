package frontier

import (
	"time"

	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
	"github.com/tidemark-cdc/tidemark/capture/mongo/stream"
)

// slack is how far a token's clusterTime may lie beyond what the server's clock showed, for it to be taken for one.
const slack = clock.Time(3600) << 32

// Pulse takes a reading of the server's clock.
func (f *Frontier) Pulse(p connect.Pulse) { f.pulse.add(p) }

// Idle takes an empty batch and reports whether more is complete than before, or complete until later.
func (f *Frontier) Idle(b *stream.Batch) bool {
	if b.Opened {
		return false
	}
	done, until := f.done, f.until
	token, readable := clock.OfToken(b.Token, max(f.start, f.last), max(b.Served, f.pulse.written())+slack)
	switch {
	case readable && f.Sharded:
		f.advance(token-1, f.wallUpTo(token-1))
	case readable && token > f.start:
		f.advance(max(f.last, token), f.wall)
	case readable || !b.Moved && !f.Sharded:
		// Nothing more came, so the newest event's clusterTime is whole: a replica set writes all of one at once.
		f.advance(f.last, f.wall)
	}
	if !readable && !b.Moved && !f.Sharded {
		f.advance(f.pulse.settled(b.Asked.Add(-f.Settle)), f.wall)
	}
	return f.done != done || f.until != until
}

// wallUpTo is the newest event's time of day if that event is among what becomes complete.
func (f *Frontier) wallUpTo(t clock.Time) int64 {
	if t >= f.last {
		return f.wall
	}
	return f.until
}

// pulses are readings of the server's clock that are not used up yet, oldest first.
type pulses struct {
	list []connect.Pulse
	top  clock.Time
}

// kept bounds the readings: one a second, so a minute's worth.
const kept = 64

func (p *pulses) add(q connect.Pulse) {
	if len(p.list) == kept {
		p.list = p.list[:copy(p.list, p.list[1:])]
	}
	p.list = append(p.list, q)
	p.top = max(p.top, q.Written)
}

func (p *pulses) written() clock.Time { return p.top }

// wall is the latest time of day at which nothing newer than done was written.
func (p *pulses) wall(done clock.Time) (wall int64) {
	for i := range p.list {
		if p.list[i].Written <= done {
			wall = max(wall, p.list[i].Wall)
		}
	}
	return wall
}

// settled is the newest write that was known before at.
func (p *pulses) settled(at time.Time) (t clock.Time) {
	for i := range p.list {
		if p.list[i].Seen.Before(at) {
			t = max(t, p.list[i].Written)
		}
	}
	return t
}
