// Package fault has the ways in which the parts of a pipeline fail, one per file. A
// fault is struck on a running stack and healed again; what it may cost is time.
package fault

import (
	"context"
	"time"
)

// Fault is one way of failing.
type Fault struct {
	// Name is unique, such as "kill-sink"; Kind is what it is counted under.
	Name, Kind string
	// MustNot says what may not come of it besides. That nothing is lost, doubled or out
	// of order, and that no aggregate is wrong, goes for every fault.
	MustNot string
	// Holds are what the fault takes hold of besides itself: two faults that hold the
	// same thing would undo each other's healing and never stand at once.
	Holds []string
	// Least and Most bound how long it stands. Zero: it is over when it has struck.
	Least, Most time.Duration
	// Strike does the damage. While other faults stand it tries until ctx ends.
	Strike func(ctx context.Context, r *Rig) error
	// Heal takes it away; nil when there is nothing to take away. It may be called
	// while other faults stand, more than once and after half a strike.
	Heal func(ctx context.Context, r *Rig) error
}
