package meter

import (
	"runtime"
	"time"
)

// Noise watches how much of the machine others use.
type Noise struct {
	busy  time.Duration
	since time.Time
}

// Listen begins.
func Listen() Noise {
	busy, _ := Busy()
	return Noise{busy: busy, since: time.Now()}
}

// Others is the share of the machine's CPU time since Listen that went neither to those
// who used ours nor to idleness: 0 on a machine of our own, 1 at most.
func (n Noise) Others(ours time.Duration) float64 {
	busy, err := Busy()
	if err != nil {
		return 0
	}
	all := time.Since(n.since) * time.Duration(runtime.NumCPU())
	return min(max(float64(busy-n.busy-ours)/float64(all), 0), 1)
}
