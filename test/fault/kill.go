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
		MustNot: "What was acknowledged is there when the part is back, and nobody needs to do anything.",
		Strike:  func(ctx context.Context, r *Rig) error { return r.signal(ctx, part, syscall.SIGKILL) },
	}
}
