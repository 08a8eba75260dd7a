package supervise

import (
	"time"

	"github.com/tidemark-cdc/tidemark/compose/local/process"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

func (u *unit) set(state State, message string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.setLocked(state, message)
}

func (u *unit) setLocked(state State, message string) {
	u.status.State, u.status.Message, u.status.Since = state, message, time.Now()
}

// begin is the start of a life: with the site as it is now, and after every restart that was asked for until now.
func (u *unit) begin() *site.Site {
	s := u.site.Load()
	made := fingerprint(u.part, s)
	u.mu.Lock()
	defer u.mu.Unlock()
	select {
	case <-u.again:
	default:
	}
	u.living, u.made = u.wanted, made
	u.setLocked(Preparing, "")
	return s
}

// renew restarts the part when what it is made from has changed.
func (u *unit) renew(s *site.Site) {
	u.site.Store(s)
	u.mu.Lock()
	changed := u.made != "" && fingerprint(u.part, s) != u.made
	u.mu.Unlock()
	if changed {
		u.restart()
	}
}

func (u *unit) state() State {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.status.State
}

func (u *unit) failed(err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.status.Restarts++
	u.setLocked(Failed, err.Error())
}

func (u *unit) isReady(took time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.status.Took = took.Seconds()
	u.setLocked(Ready, "")
	select {
	case <-u.ready:
	default:
		close(u.ready)
	}
}

func (u *unit) hold(p *process.Process) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.proc = p
	u.status.PID = 0
	if p != nil {
		u.status.PID = p.PID
	}
}

func (u *unit) snapshot() Status {
	u.mu.Lock()
	s := u.status
	if u.living != u.wanted && (s.State == Ready || s.State == Skipped) {
		s.State = Stopping // a restart was asked for and has not begun
	}
	u.mu.Unlock()
	s.RSS = rss(s.PID)
	return s
}
