package stream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
	"github.com/tidemark-cdc/tidemark/capture/mongo/connect"
)

// ErrClosed says that the server ended the stream in good order, as it does after an invalidate.
var ErrClosed = errors.New("change stream closed by the server")

// Reader reads batches ahead of who works on them, so that the network and the work overlap.
type Reader struct {
	batches chan Batch
	failed  error // set before batches is closed
	session *mongo.Session
	changes *mongo.ChangeStream
	token   []byte
	cursor  int64 // the server's id of it: the driver opens another one after a failure
	buf     int   // bytes of the last batch, a guess for the next
}

const (
	// ahead is how many batches are read before anybody has taken them.
	ahead = 2
	// patience is how long one request may take. It ends a connection whose other side is gone without a word; a server
	// that has to look through much that is filtered out needs minutes.
	patience = 2 * time.Minute
)

// Open starts the stream. Errors carry a fault class. The reader ends with ctx.
func Open(ctx context.Context, client *mongo.Client, r Request) (*Reader, error) {
	session, err := client.StartSession()
	if err != nil {
		return nil, connect.Fault("start a session", err)
	}
	doing := "open the change stream at " + r.At.String()
	if len(r.After) > 0 {
		doing = "resume the change stream after " + r.At.String()
	}
	ctx = mongo.NewSessionContext(ctx, session)
	changes, err := r.scope(client).Watch(ctx, r.pipeline(), r.options())
	if err != nil {
		session.EndSession(context.WithoutCancel(ctx))
		return nil, connect.Fault(doing, err)
	}
	reader := &Reader{batches: make(chan Batch, ahead), session: session, changes: changes, token: bytes.Clone(changes.ResumeToken())}
	go reader.run(ctx)
	return reader, nil
}

// Batches gives what was read, until the stream ends; Err then says why.
func (r *Reader) Batches() <-chan Batch { return r.batches }

// Err is why Batches was closed: ErrClosed, the context's error, or an error with a fault class.
func (r *Reader) Err() error { return r.failed }

func (r *Reader) run(ctx context.Context) {
	defer close(r.batches)
	defer r.end()
	for {
		b, err := r.read(ctx)
		if err == nil || len(b.Docs) > 0 {
			select {
			case r.batches <- b:
			case <-ctx.Done():
				err = ctx.Err()
			}
		}
		if err != nil {
			r.failed = err
			return
		}
	}
}

// end frees the cursor on the server without holding up who waits for the reader.
func (r *Reader) end() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = r.changes.Close(ctx)
	r.session.EndSession(ctx)
}

// read makes one request and takes all of its answer.
func (r *Reader) read(ctx context.Context) (b Batch, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	b.Asked = time.Now()
	buf := make([]byte, 0, r.buf)
	for r.changes.TryNext(ctx) {
		if b.Docs == nil {
			b.Docs = make([]bson.Raw, 0, r.changes.RemainingBatchLength()+1)
		}
		var doc bson.Raw
		buf, doc = copyInto(buf, r.changes.Current)
		b.Docs = append(b.Docs, doc)
		if r.changes.RemainingBatchLength() == 0 {
			break
		}
	}
	r.buf = len(buf)
	if err = r.changes.Err(); err == nil && r.changes.ID() == 0 && len(b.Docs) == 0 {
		err = ErrClosed
	}
	b.Opened, r.cursor = r.changes.ID() != r.cursor, r.changes.ID()
	b.Token = bytes.Clone(r.changes.ResumeToken())
	b.Moved = !bytes.Equal(b.Token, r.token)
	r.token = b.Token
	if t := r.session.OperationTime(); t != nil {
		b.Served = clock.Of(*t)
	}
	if err != nil && !errors.Is(err, ErrClosed) {
		err = connect.Fault(fmt.Sprintf("read the change stream behind %s", b.Served), err)
	}
	return b, err
}
