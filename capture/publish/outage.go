package publish

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// outage logs the first failure of a batch, then one in ten seconds, then its end.
type outage struct {
	log    *slog.Logger
	since  time.Time
	logged time.Time
}

func (o *outage) lasted() time.Duration {
	if o.since.IsZero() {
		return 0
	}
	return time.Since(o.since)
}

func (o *outage) note(err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	now := time.Now()
	if o.since.IsZero() {
		o.since = now
	}
	if now.Sub(o.logged) >= 10*time.Second {
		o.log.Warn("write failed, trying again", "err", err, "for", now.Sub(o.since).Round(time.Millisecond))
		o.logged = now
	}
}

func (o *outage) over() {
	if !o.since.IsZero() {
		o.log.Info("write succeeded", "after", time.Since(o.since).Round(time.Millisecond))
	}
}
