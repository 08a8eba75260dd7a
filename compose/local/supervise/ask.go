package supervise

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/local/process"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

const (
	readyWithin = 6 * time.Minute // a broker starts in seconds; on a starved machine it took three minutes, and was ended just before it was up
	watchEvery  = 2 * time.Second
)

// A watched part that is not ready for this long, from its start or since it last was, is called unready. Until then it
// starts: a capture that stood by is ready, and for a moment is not when it takes over. A variable for tests.
var unreadyAfter = time.Minute

// rest waits until the life is to end or has ended; nil on a tick.
func (u *unit) rest(ctx context.Context, p *process.Process, tick <-chan time.Time) error {
	select {
	case <-ctx.Done():
		u.set(Stopping, "")
		return ctx.Err()
	case <-u.again:
		u.set(Stopping, "")
		return errAsked
	case <-p.Done:
		return fmt.Errorf("the process ended: %w%s", p.Err(), lastWords(u.status.Log))
	case <-tick:
		return nil
	}
}

// awaitReady asks the part until it answers, and settles it.
func (u *unit) awaitReady(ctx context.Context, p *process.Process) error {
	within := cmp.Or(u.part.Within, readyWithin)
	for end := time.Now().Add(within); ; {
		err := u.ask(ctx, u.part.Ready, 3*time.Second)
		if err == nil && u.part.Settle != nil {
			return u.ask(ctx, u.part.Settle, readyWithin)
		}
		if err == nil {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("not ready after %s: %w", within, err)
		}
		if err := u.rest(ctx, p, time.After(50*time.Millisecond)); err != nil {
			return err
		}
	}
}

// watch asks a watched part until its life ends.
func (u *unit) watch(ctx context.Context, p *process.Process, began time.Time) error {
	good := began
	for pause := 50 * time.Millisecond; ; {
		err := u.ask(ctx, u.part.Ready, 3*time.Second)
		switch {
		case err == nil:
			if good = time.Now(); u.state() != Ready {
				u.isReady(time.Since(began))
			}
			pause = watchEvery
		case time.Since(good) > unreadyAfter:
			u.set(Unready, err.Error())
		case u.state() == Ready:
			u.set(Starting, err.Error())
		}
		if err := u.rest(ctx, p, time.After(pause)); err != nil {
			return err
		}
	}
}

func (u *unit) ask(ctx context.Context, question func(context.Context, *site.Site) error, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return question(ctx, u.site.Load())
}
