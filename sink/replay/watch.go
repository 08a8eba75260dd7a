package replay

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Watch looks, for the workers of a sink, for replays that want them to stand still. It is
// worker.Pauses.
type Watch struct {
	// Connect opens a connection; Watch holds two of its own.
	Connect func() (*clickhouse.Conn, error)
	// Every is the time between looks.
	Every time.Duration
	Log   *slog.Logger

	mu     sync.Mutex
	wanted map[string]chan struct{}
	told   map[string]bool

	asking sync.Mutex
	conn   *clickhouse.Conn
}

// Run looks until ctx ends.
func (w *Watch) Run(ctx context.Context) {
	conn, err := w.Connect()
	if err != nil {
		w.Log.Error("look for replays", "error", err)
		return
	}
	defer conn.Close()
	for {
		if all, err := Records(ctx, conn, ""); err == nil {
			w.set(all)
		} else if ctx.Err() == nil {
			w.Log.Debug("look for replays", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(w.Every):
		}
	}
}

func (w *Watch) set(all []Record) {
	holds := map[string]bool{}
	for i := range all {
		if all[i].holds() {
			holds[all[i].Topic] = true
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for t := range w.told {
		if !holds[t] {
			delete(w.told, t)
			delete(w.wanted, t)
		}
	}
	for t := range holds {
		w.close(t)
	}
}

func (w *Watch) close(topic string) {
	if !w.told[topic] {
		close(w.channel(topic))
		w.told[topic] = true
	}
}

func (w *Watch) channel(topic string) chan struct{} {
	if w.wanted == nil {
		w.wanted, w.told = map[string]chan struct{}{}, map[string]bool{}
	}
	c := w.wanted[topic]
	if c == nil {
		c = make(chan struct{})
		w.wanted[topic] = c
	}
	return c
}

// Wanted is worker.Pauses'.
func (w *Watch) Wanted(topic string) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.channel(topic)
}

// Hold is worker.Pauses'. A replay that exchanges and has died is gone through with by the
// worker of partition 0.
func (w *Watch) Hold(ctx context.Context, topic string, partition int) (string, error) {
	w.asking.Lock()
	defer w.asking.Unlock()
	if w.conn == nil {
		conn, err := w.Connect()
		if err != nil {
			return "", err
		}
		w.conn = conn
	}
	all, err := Records(ctx, w.conn, topic)
	if err != nil {
		return "", err
	}
	for i := range all {
		r := &all[i]
		if !r.holds() {
			continue
		}
		if r.Phase == Exchanging && !r.Live && partition == 0 {
			w.Log.Warn("a replay died while it exchanged tables: going through with it", "replay", r.ID, "topic", topic)
			return r.ID, TakeOver(ctx, w.conn, r, w.Log)
		}
		return r.ID, nil
	}
	w.forget(topic)
	return "", nil
}

// forget lets workers of the topic go on before the next look.
func (w *Watch) forget(topic string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.told, topic)
	delete(w.wanted, topic)
}

// holds reports whether the replay keeps the topic's workers from going on.
func (r *Record) holds() bool { return r.Phase == Exchanging || r.Phase == Pausing && r.Live }
