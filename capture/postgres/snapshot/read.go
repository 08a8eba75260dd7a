package snapshot

import (
	"context"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
	"github.com/tidemark-cdc/tidemark/capture/postgres/emit"
)

// Job is what a Reader reads and as what.
type Job struct {
	URL     string
	Export  *Export
	At      emit.Snapshot
	Workers int   // sessions that read at a time
	Blocks  int64 // of 8 KiB that a chunk has
	Tables  []Table
	// Encode are the encoders of Tables, one each.
	Encode []*emit.Table
}

// Reader reads a job's tables with several sessions at a time into blocks of encoded rows. The blocks are bounded in number: readers
// wait for whoever publishes them.
type Reader struct {
	Blocks chan *Block // closed at the end, also after an error

	// Chunks is how many chunks each table has; known before the first block comes.
	Chunks []int

	job    Job
	free   chan *Block
	cancel context.CancelCauseFunc
	ctx    context.Context
	group  sync.WaitGroup
}

// Start locks the tables against changes of their shape, plans and begins to read.
func Start(ctx context.Context, job Job) (*Reader, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	r := &Reader{Blocks: make(chan *Block, 2*job.Workers), free: make(chan *Block, 4*job.Workers), job: job, ctx: ctx, cancel: cancel}
	lead, err := job.Export.session(ctx, job.URL)
	if err != nil {
		cancel(err)
		return nil, err
	}
	chunks, err := r.plan(ctx, lead)
	if err != nil {
		cancel(err)
		end(lead)
		return nil, err
	}
	work := make(chan chunk, len(chunks))
	for _, c := range chunks {
		work <- c
	}
	close(work)
	for range job.Workers {
		r.group.Go(func() { r.worker(work) })
	}
	go func() {
		r.group.Wait()
		end(lead)
		close(r.Blocks)
	}()
	return r, nil
}

func (r *Reader) plan(ctx context.Context, lead *pgx.Conn) (all []chunk, err error) {
	for i, t := range r.job.Tables {
		// A table that is rewritten or truncated after the snapshot would look empty to it.
		if _, err := lead.Exec(ctx, "LOCK TABLE "+connect.QuoteName(t.Namespace, t.Name)+" IN ACCESS SHARE MODE"); err != nil {
			return nil, connect.Fault("lock "+t.Namespace+"."+t.Name+" for reading", err)
		}
		chunks, err := t.chunks(ctx, lead, i, r.job.Blocks)
		if err != nil {
			return nil, err
		}
		all = append(all, chunks...)
		r.Chunks = append(r.Chunks, len(chunks))
	}
	return all, nil
}

func (r *Reader) worker(work <-chan chunk) {
	if err := r.read(work); err != nil {
		r.cancel(err)
	}
}

func (r *Reader) read(work <-chan chunk) error {
	conn, err := r.job.Export.session(r.ctx, r.job.URL)
	if err != nil {
		return err
	}
	defer end(conn)
	for c := range work {
		if err := r.copy(conn, c); err != nil {
			t := r.job.Tables[c.table]
			return connect.Fault("read "+t.Namespace+"."+t.Name+" for its snapshot", err)
		}
	}
	return nil
}

func (r *Reader) copy(conn *pgx.Conn, c chunk) error {
	w := &rows{reader: r, chunk: c, table: r.job.Encode[c.table]}
	if _, err := conn.PgConn().CopyTo(r.ctx, w, c.sql); err != nil {
		return err
	}
	return w.finish()
}

// Err is why the reading ended early, nil if all was read. It is of use when Blocks is closed.
func (r *Reader) Err() error { return context.Cause(r.ctx) }

// Close ends the reading and waits for the sessions to be gone.
func (r *Reader) Close() {
	r.cancel(context.Canceled)
	r.group.Wait()
	r.job.Export.Close()
}
