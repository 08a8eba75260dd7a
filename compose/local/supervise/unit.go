package supervise

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/local/part"
	"github.com/tidemark-cdc/tidemark/compose/local/process"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// unit keeps one part running.
type unit struct {
	part   part.Part
	site   atomic.Pointer[site.Site]
	needs  []*unit
	cancel context.CancelFunc
	ready  chan struct{} // closed when the part was ready for the first time
	gone   chan struct{} // closed when the part is stopped for good
	again  chan struct{} // asks for a restart

	mu     sync.Mutex
	status Status
	proc   *process.Process
	wanted int    // lives asked for
	living int    // which of them this one is
	made   string // fingerprint of what this life was made from
	struck bool   // by a signal that was asked for
}

const (
	firstPause = 200 * time.Millisecond
	longPause  = 10 * time.Second
	settled    = time.Minute // a part that ran this long starts its pauses anew
)

var errAsked = errors.New("asked to restart")

func newUnit(p part.Part, s *site.Site, needs []*unit) *unit {
	u := &unit{part: p, needs: needs, ready: make(chan struct{}), gone: make(chan struct{}), again: make(chan struct{}, 1)}
	u.site.Store(s)
	u.status = Status{Name: p.Name, State: Waiting, Since: time.Now(), Log: s.Log(p.Name)}
	if len(p.Ports) > 0 {
		u.status.Address = s.Ports.Addr(p.Ports[0])
	}
	return u
}

// run lives until ctx ends, and has then stopped the part.
func (u *unit) run(ctx context.Context) {
	defer close(u.gone)
	defer u.set(Stopped, "")
	if !u.awaitNeeds(ctx) {
		return
	}
	for pause := firstPause; ctx.Err() == nil; pause = min(2*pause, longPause) {
		began := time.Now()
		err := u.live(ctx)
		if time.Since(began) > settled || u.wasStruck() {
			pause = firstPause
		}
		switch {
		case ctx.Err() != nil || errors.Is(err, errAsked):
			continue
		case errors.Is(err, part.ErrAbsent):
			u.set(Skipped, err.Error())
			u.sleep(ctx, time.Hour)
		default:
			u.failed(err)
			u.sleep(ctx, pause)
		}
	}
}

// live is one life of the process: it returns why it ended, or nil when ctx did.
func (u *unit) live(ctx context.Context) error {
	began := time.Now()
	s := u.begin()
	if err := u.part.Prepare(ctx, s); err != nil {
		return err
	}
	spec, err := u.part.Spec(s)
	if err != nil {
		return err
	}
	p, err := process.Start(spec)
	if err != nil {
		return err
	}
	u.hold(p)
	defer u.hold(nil)
	defer p.End()
	u.set(Starting, "")
	if u.part.Watched {
		return u.watch(ctx, p, began)
	}
	if err := u.awaitReady(ctx, p); err != nil {
		return err
	}
	u.isReady(time.Since(began))
	return u.rest(ctx, p, nil)
}

func (u *unit) awaitNeeds(ctx context.Context) bool {
	for _, n := range u.needs {
		select {
		case <-n.ready:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// sleep ends early when a restart is asked for.
func (u *unit) sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-u.again:
	case <-time.After(d):
	}
}

// restart stops the part and starts it again; one that waits for its next try is tried at once.
func (u *unit) restart() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.wanted++
	select {
	case u.again <- struct{}{}:
	default: // somebody else has asked already
	}
}

func (u *unit) signal(s syscall.Signal) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.proc == nil {
		return fmt.Errorf("%s does not run", u.part.Name)
	}
	u.struck = true
	return u.proc.Signal(s)
}

// wasStruck says that the life before was ended from outside: the part itself has given no reason to wait.
func (u *unit) wasStruck() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	struck := u.struck
	u.struck = false
	return struck
}
