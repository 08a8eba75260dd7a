package fault

import (
	"context"
	"syscall"
	"time"
)

// Join lets more sinks join the group for a while; they leave in an orderly way.
func Join(names ...string) Fault {
	return Fault{
		Name: "join-" + names[len(names)-1], Kind: "sinks join and leave", Holds: names,
		MustNot: "A partition that changes hands with a batch under way is taken over with that batch.",
		Least:   8 * time.Second, Most: 25 * time.Second,
		Strike: func(ctx context.Context, r *Rig) error { return r.add(ctx, names) },
		Heal:   func(ctx context.Context, r *Rig) error { return r.halt(ctx, names) },
	}
}

// JoinAndDie is the same with sinks that are killed at their end.
func JoinAndDie(names ...string) Fault {
	f := Join(names...)
	f.Name, f.Kind = "join-and-die-"+names[len(names)-1], "sinks join and die"
	f.Heal = func(ctx context.Context, r *Rig) error {
		for _, n := range names {
			_ = r.Stack.Kill(ctx, n, syscall.SIGKILL) // one that is not up yet will be halted all the same
		}
		return r.halt(ctx, names)
	}
	return f
}

func (r *Rig) add(ctx context.Context, names []string) error {
	return insist(ctx, func() error { return r.Stack.Add(ctx, names...) })
}

// halt stops parts that may be down already.
func (r *Rig) halt(ctx context.Context, names []string) error {
	return insist(ctx, func() error {
		parts, err := r.Stack.Status(ctx)
		if err != nil {
			return err
		}
		for _, p := range parts {
			for _, n := range names {
				if p.Name == n {
					err = firstError(err, r.Stack.Halt(ctx, n))
				}
			}
		}
		return err
	})
}
