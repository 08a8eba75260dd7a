package postgres

import (
	"context"

	"github.com/tidemark-cdc/tidemark/capture/postgres/emit"
	"github.com/tidemark-cdc/tidemark/capture/postgres/snapshot"
	"github.com/tidemark-cdc/tidemark/capture/postgres/stream"
)

// handover is a snapshot of the pending tables on its way to be published at its place in the order of commits: after the last commit
// below its position S and before the first at or above it. Until then the stream's changes of those tables are dropped, because S
// holds them.
//
// S is not known at once: a slot waits for the transactions that run when it is made. It is surely not below floor.
type handover struct {
	floor  stream.LSN
	ready  chan result // gives one result
	known  *result     // what ready gave
	cancel context.CancelFunc
}

type result struct {
	reader *snapshot.Reader
	tables []*emit.Table
	of     []*captured // whose tables they are
	at     emit.Snapshot
	err    error
}

// takeSnapshots starts the snapshot of the pending tables, if there are any.
func (l *loop) takeSnapshots(ctx context.Context, st *start) {
	if len(l.pending) == 0 {
		if st.export != nil {
			st.export.Close()
		}
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	h := &handover{floor: st.now, ready: make(chan result, 1), cancel: cancel}
	if st.export != nil {
		h.floor = st.export.LSN
	}
	l.handover = h
	take := &taking{cfg: l.cfg, origin: l.origin, epoch: l.epoch, export: st.export, pending: l.pending}
	go func() { h.ready <- take.run(ctx) }()
}

// close ends the readers, also those that are only being started.
func (h *handover) close() {
	h.cancel()
	if h.known == nil {
		r := <-h.ready
		h.known = &r
	}
	if h.known.reader != nil {
		h.known.reader.Close()
	}
}

// poll takes the result if it is there; wait waits for it.
func (h *handover) poll() bool {
	if h.known != nil {
		return true
	}
	select {
	case r := <-h.ready:
		h.known = &r
	default:
	}
	return h.known != nil
}

func (h *handover) wait(ctx context.Context) error {
	if h.known != nil {
		return nil
	}
	select {
	case r := <-h.ready:
		h.known = &r
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
