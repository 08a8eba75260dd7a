package fault

import (
	"context"
	"errors"
	"syscall"
	"time"
)

// Zombie stops one sink for longer than its group waits for it, lets another one take
// its partitions over, and then lets the first one go on where it stood.
func Zombie(victim, heir string) Fault {
	pause := Pause(victim)
	return Fault{
		Name: "zombie-" + victim, Kind: "zombie sink", Holds: []string{heir, pause.Name},
		MustNot: "The one that comes back writes nothing that the other one has written or will write.",
		Least:   14 * time.Second, Most: 22 * time.Second, // a session lasts 10 s
		Strike: func(ctx context.Context, r *Rig) error {
			if err := r.add(ctx, []string{heir}); err != nil {
				return err
			}
			limited, cancel := context.WithTimeout(ctx, 10*time.Second)
			_ = r.Stack.Await(limited, heir) // so that both have partitions; another fault may keep the heir from it
			cancel()
			return pause.Strike(ctx, r)
		},
		Heal: func(ctx context.Context, r *Rig) error {
			woken := pause.Heal(ctx, r)
			rest(ctx, 4*time.Second) // both live, and the woken one tries what it had begun
			return errors.Join(woken, r.halt(ctx, []string{heir}))
		},
	}
}

// TakeOver kills a capturer while a second one waits for its place.
func TakeOver(victim, heir string) Fault {
	return Fault{
		Name: "take-over-" + victim, Kind: "standby takes over", Holds: []string{heir},
		MustNot: "The standby goes on by itself, and the two never write in turns.",
		Least:   10 * time.Second, Most: 20 * time.Second,
		Strike: func(ctx context.Context, r *Rig) error {
			if err := r.add(ctx, []string{heir}); err != nil {
				return err
			}
			rest(ctx, 4*time.Second)
			return r.signal(ctx, victim, syscall.SIGKILL)
		},
		Heal: func(ctx context.Context, r *Rig) error {
			_ = r.Stack.Kill(ctx, heir, syscall.SIGKILL) // so that the first one must take over again
			return r.halt(ctx, []string{heir})
		},
	}
}

// ZombieCapture stops a capturer until a second one has its place, and lets it go on.
func ZombieCapture(victim, heir string) Fault {
	pause := Pause(victim)
	return Fault{
		Name: "zombie-" + victim, Kind: "zombie capture", Holds: []string{heir, pause.Name},
		MustNot: "What the first one had sealed and not sent is refused by the broker or removed by its position.",
		Least:   14 * time.Second, Most: 22 * time.Second,
		Strike: func(ctx context.Context, r *Rig) error {
			if err := r.add(ctx, []string{heir}); err != nil {
				return err
			}
			rest(ctx, 4*time.Second)
			return pause.Strike(ctx, r)
		},
		Heal: func(ctx context.Context, r *Rig) error {
			woken := pause.Heal(ctx, r)
			rest(ctx, 4*time.Second)
			return errors.Join(woken, r.halt(ctx, []string{heir}))
		},
	}
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
