package postgres

import (
	"context"

	"github.com/tidemark-cdc/tidemark/capture/postgres/catalog"
	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
	"github.com/tidemark-cdc/tidemark/capture/postgres/emit"
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
	"github.com/tidemark-cdc/tidemark/capture/postgres/snapshot"
)

// taking is the work of getting a snapshot under way, off the loop.
type taking struct {
	cfg     Config
	origin  emit.Origin
	epoch   uint16
	export  *snapshot.Export // nil: a temporary slot is to be made
	pending []*captured
}

func (t *taking) run(ctx context.Context) result {
	if err := t.exported(ctx, "snapshot"); err != nil {
		return result{err: err}
	}
	r, err := t.start(ctx)
	if err != nil {
		t.export.Close()
		return result{err: err}
	}
	return r
}

func (t *taking) start(ctx context.Context) (r result, err error) {
	job, err := t.job(ctx)
	if err != nil {
		return r, err
	}
	r.at, r.tables, r.of = job.At, job.Encode, t.pending
	r.reader, err = snapshot.Start(ctx, job)
	return r, err
}

// job describes the pending tables as the snapshot's readers need them.
func (t *taking) job(ctx context.Context) (job snapshot.Job, err error) {
	conn, err := connect.SQL(ctx, t.cfg.URL)
	if err != nil {
		return job, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	at := emit.Snapshot{Epoch: t.epoch, LSN: uint64(t.export.LSN), Time: t.export.Time}
	var version int
	if err := conn.QueryRow(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
		return job, connect.Fault("ask for the server's version", err)
	}
	publication, err := catalog.LookPublication(ctx, conn, t.cfg.Publication)
	if err != nil {
		return job, err
	}
	types, err := catalog.Types(ctx, conn)
	if err != nil {
		return job, err
	}
	job = snapshot.Job{URL: t.cfg.URL, Export: t.export, At: at, Workers: t.cfg.SnapshotWorkers, Blocks: t.cfg.SnapshotBlocks}
	for _, c := range t.pending {
		columns, err := catalog.Columns(ctx, conn, c.contract.Namespace, c.contract.Table)
		if err != nil {
			return job, err
		}
		var how catalog.Published
		if publication != nil {
			how = publication.Tables[c.contract.Name()]
		}
		columns = catalog.Sent(columns, how, version)
		table, err := emit.NewTable(t.origin, c.contract, c.topic, described(columns), types)
		if err != nil {
			return job, err
		}
		job.Encode = append(job.Encode, table)
		job.Tables = append(job.Tables, snapshot.Table{Namespace: c.contract.Namespace, Name: c.contract.Table, Columns: names(columns), Filter: how.Filter})
	}
	return job, nil
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
