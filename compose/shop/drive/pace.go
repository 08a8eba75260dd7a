package drive

import (
	"context"
	"time"
)

// Rate lets a number of changes per second through. Time lost to slow writers is not made up for: the rate is a ceiling.
type Rate struct {
	PerSecond float64
	next      time.Time
}

// burst is how far Wait may run ahead of or fall behind the clock; sleeping for each change alone would cap the rate.
const burst = 5 * time.Millisecond

// Wait returns when changes more may begin. A rate of 0 or less never waits.
func (r *Rate) Wait(ctx context.Context, changes int) error {
	if r.PerSecond <= 0 {
		return ctx.Err()
	}
	now := time.Now()
	if r.next.Before(now.Add(-burst)) {
		r.next = now
	}
	due := r.next
	r.next = r.next.Add(time.Duration(float64(changes) / r.PerSecond * float64(time.Second)))
	if wait := due.Sub(now); wait > burst {
		return sleep(ctx, wait)
	}
	return ctx.Err()
}

// Clock holds steps back until the shop's time, running Speed times as fast as the wall's, has come to them.
type Clock struct {
	Speed float64
	// At tells the shop's time of the step that is waiting.
	At      func() time.Time
	started time.Time
	origin  time.Time
}

// Wait returns when the step's time has come. A speed of 0 never waits.
func (c *Clock) Wait(ctx context.Context, _ int) error {
	if c.Speed <= 0 {
		return ctx.Err()
	}
	at := c.At()
	if c.started.IsZero() {
		c.started, c.origin = time.Now(), at
	}
	due := c.started.Add(time.Duration(float64(at.Sub(c.origin)) / c.Speed))
	if wait := time.Until(due); wait > burst {
		return sleep(ctx, wait)
	}
	return ctx.Err()
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
