package proxy

import "time"

// Weather is what happens to connections.
type Weather struct {
	Cut      bool // those that stand are closed, new ones are closed at once
	Up, Down Stream
}

// Stream is what happens to the bytes of one direction. Up goes to the server.
type Stream struct {
	Delay time.Duration // every byte arrives that much later
	Rate  int           // bytes per second and connection; 0: as fast as they come
	Hold  bool          // nothing passes, nothing breaks: as with a peer that hangs
	// Lose lets the first LoseAfter bytes of a connection pass and throws the following
	// ones away, then breaks the connection: the other side has done what it answers.
	Lose      bool
	LoseAfter int
}

// LoseFor is how long a connection lives after its first lost byte.
const LoseFor = 300 * time.Millisecond

func (w Weather) with(v Weather) Weather {
	return Weather{Cut: w.Cut || v.Cut, Up: w.Up.with(v.Up), Down: w.Down.with(v.Down)}
}

func (s Stream) with(v Stream) Stream {
	out := Stream{Delay: s.Delay + v.Delay, Rate: s.Rate, Hold: s.Hold || v.Hold, Lose: s.Lose || v.Lose, LoseAfter: max(s.LoseAfter, v.LoseAfter)}
	if v.Rate > 0 && (out.Rate == 0 || v.Rate < out.Rate) {
		out.Rate = v.Rate
	}
	return out
}
