package restore

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Watch looks for broken parts when there is cause to.
type Watch struct {
	// Connect opens a connection; Watch holds one.
	Connect func() (*clickhouse.Conn, error)
	// Every is the time between looks at the server's errors.
	Every time.Duration
	Log   *slog.Logger

	mu        sync.Mutex
	conn      Querier
	databases []string
	seen      trouble
	owed      time.Time // since when parts are to be checked
	next      time.Time // before which they are not
	hopeless  map[part]bool
}

// Run looks until ctx ends.
func (w *Watch) Run(ctx context.Context) {
	for {
		if err := w.look(ctx, false); err != nil && ctx.Err() == nil {
			w.Log.Debug("look for broken parts", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(w.Every):
		}
	}
}

// Finish looks a last time, within a moment: what a disk that was full just before left
// behind would else stay until a sink is started.
func (w *Watch) Finish(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, moment)
	defer cancel()
	if err := w.look(ctx, true); err != nil {
		w.Log.Warn("look for broken parts", "error", err)
	}
}

const moment = 10 * time.Second

// share is how much longer than a pass that mended nothing the rest after it is: a part that
// nobody can mend makes merges fail again and again. A full disk ends the rest.
const share = 10

// patience is how long a disk may be full before parts are checked all the same: what they
// were merged from does not stay for ever.
const patience = time.Minute

// look checks parts when something was met since the last look; while writes still find no
// room it waits for a while, unless it is the last look.
func (w *Watch) look(ctx context.Context, last bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.open(ctx); err != nil {
		return err
	}
	if err := attachFound(ctx, w.conn, w.databases, w.Log); err != nil {
		return err
	}
	met, err := look(ctx, w.conn)
	if err != nil {
		return err
	}
	if !w.due(met, last) {
		return nil
	}
	began := time.Now()
	restored, err := w.pass(ctx)
	if !restored {
		w.next = time.Now().Add(share * time.Since(began))
	}
	if err != nil {
		return err
	}
	w.owed = time.Time{}
	w.seen, err = look(ctx, w.conn) // a check that finds something is an error that the server counts
	return err
}

// due notes what was met and says whether parts are to be checked now.
func (w *Watch) due(met trouble, last bool) bool {
	full := met.room > w.seen.room
	if full {
		w.next = time.Time{}
	}
	if met != w.seen && w.owed.IsZero() {
		w.owed = time.Now()
	}
	w.seen = met
	switch {
	case w.owed.IsZero():
		return false
	case last:
		return true
	}
	return !time.Now().Before(w.next) && (!full || time.Since(w.owed) >= patience)
}

// Restore looks at once and reports whether a table was brought back, so that what failed
// for a broken part may be tried again.
func (w *Watch) Restore(ctx context.Context) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.open(ctx); err != nil {
		return false, err
	}
	return w.pass(ctx)
}

// open connects, and learns which databases there are to look after.
func (w *Watch) open(ctx context.Context) error {
	if w.conn == nil {
		conn, err := w.Connect()
		if err != nil {
			return err
		}
		w.conn = conn
	}
	found, err := ours(ctx, w.conn)
	if len(found) > len(w.databases) { // a raw table that is detached now has no views to tell of
		w.databases = found
	}
	return err
}
