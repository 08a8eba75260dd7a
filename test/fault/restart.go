package fault

import (
	"context"
	"syscall"
)

// Restart stops a part in an orderly way, as an upgrade does. The supervisor starts it
// again.
func Restart(part string) Fault {
	return Fault{
		Name: "restart-" + part, Kind: "restart",
		MustNot: "An orderly stop is no better an excuse for a loss than a kill.",
		Strike: func(ctx context.Context, r *Rig) error {
			stop := syscall.SIGTERM
			if part == "postgres" {
				stop = syscall.SIGINT // SIGTERM would wait for its clients to leave, and they have no reason to
			}
			return r.signal(ctx, part, stop)
		},
	}
}
