package supervise

import (
	"time"

	"github.com/tidemark-cdc/tidemark/compose/local/process"
)

func (u *unit) set(state State, message string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.setLocked(state, message)
}

func (u *unit) setLocked(state State, message string) {
	u.status.State, u.status.Message, u.status.Since = state, message, time.Now()
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
	u.mu.Unlock()
	s.RSS = rss(s.PID)
	return s
}
