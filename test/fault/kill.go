package fault

import (
	"context"
	"syscall"
)

// Kill ends a part without warning, as a machine does that loses its power. The
// supervisor starts it again.
func Kill(part string) Fault {
	return Fault{
		Name: "kill-" + part, Kind: "kill " + part,
		MustNot: "What was acknowledged is there when the part is back; nobody needs to do anything.",
		Holds:   []string{"life of " + part},
		Strike:  func(ctx context.Context, r *Rig) error { return r.Signal(ctx, part, syscall.SIGKILL) },
	}
}
