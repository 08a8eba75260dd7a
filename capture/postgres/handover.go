package postgres

import (
	"context"
	"fmt"

	"github.com/tidemark-cdc/tidemark/capture/postgres/catalog"
	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
	"github.com/tidemark-cdc/tidemark/capture/postgres/emit"
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
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

// taking is the work of getting a snapshot under way, off the loop.
type taking struct {
	cfg     Config
	origin  emit.Origin
	epoch   uint16
	export  *snapshot.Export // nil: a temporary slot is to be made
	pending []*captured
}

func (t *taking) run(ctx context.Context) result {
	if t.export == nil {
		var err error
		name := fmt.Sprintf("%.40s_snapshot", t.cfg.Slot)
		if t.export, err = snapshot.Create(ctx, t.cfg.URL, name, true); err != nil {
			return result{err: err}
		}
	}
	r, err := t.start(ctx)
	if err != nil {
		t.export.Close()
		return result{err: err}
	}
	return r
}

func (t *taking) start(ctx context.Context) (r result, err error) {
	conn, err := connect.SQL(ctx, t.cfg.URL)
	if err != nil {
		return r, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	r.at = emit.Snapshot{Epoch: t.epoch, LSN: uint64(t.export.LSN), Time: t.export.Time}
	var version int
	if err := conn.QueryRow(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
		return r, connect.Fault("ask for the server's version", err)
	}
	publication, err := catalog.LookPublication(ctx, conn, t.cfg.Publication)
	if err != nil {
		return r, err
	}
	types, err := catalog.Types(ctx, conn)
	if err != nil {
		return r, err
	}
	job := snapshot.Job{URL: t.cfg.URL, Export: t.export, At: r.at, Workers: t.cfg.SnapshotWorkers, Blocks: t.cfg.SnapshotBlocks}
	for _, c := range t.pending {
		columns, err := catalog.Columns(ctx, conn, c.contract.Namespace, c.contract.Table)
		if err != nil {
			return r, err
		}
		var how catalog.Published
		if publication != nil {
			how = publication.Tables[c.contract.Name()]
		}
		columns = catalog.Sent(columns, how, version)
		table, err := emit.NewTable(t.origin, c.contract, c.topic, described(columns), types)
		if err != nil {
			return r, err
		}
		job.Encode = append(job.Encode, table)
		job.Tables = append(job.Tables, snapshot.Table{Namespace: c.contract.Namespace, Name: c.contract.Table, Columns: names(columns), Filter: how.Filter})
	}
	r.tables, r.of = job.Encode, t.pending
	r.reader, err = snapshot.Start(ctx, job)
	return r, err
}

func described(columns []catalog.Column) []pgoutput.Column {
	out := make([]pgoutput.Column, len(columns))
	for i, c := range columns {
		out[i] = pgoutput.Column{Name: c.Name, Type: c.Type, TypeMod: c.TypeMod, Key: c.InIdentity}
	}
	return out
}

func names(columns []catalog.Column) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.Name
	}
	return out
}
