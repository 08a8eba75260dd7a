package mongo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/tidemark-cdc/tidemark/capture/mongo/mongotest"
	"github.com/tidemark-cdc/tidemark/capture/publish"
	"github.com/tidemark-cdc/tidemark/capture/topics"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/topic"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

// rig is a database, a broker in the process, and captures of one by the other.
type rig struct {
	t       testing.TB
	brokers []string
	db      *mongo.Database
	cfg     Config
}

func newRig(t testing.TB, images bool, collections ...string) *rig {
	return rigOf(t, mongotest.Database(t, images, collections...), mongotest.URL(t), collections...)
}

// rigOn has a server of the test's own.
func rigOn(t testing.TB, s *mongotest.Server, images bool, collections ...string) *rig {
	db := s.Client(t).Database("shop")
	mongotest.Create(t, db, images, collections...)
	return rigOf(t, db, s.URL, collections...)
}

func rigOf(t testing.TB, db *mongo.Database, url string, collections ...string) *rig {
	r := &rig{t: t, db: db}
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	r.brokers = cluster.ListenAddrs()
	r.cfg = Config{Name: "mongo", URL: url, Contracts: r.contracts(collections...), Await: 50 * time.Millisecond, Settle: 500 * time.Millisecond}
	if os.Getenv("TIDEMARK_TEST_LOG") != "" {
		r.cfg.Logger = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	return r
}

func (r *rig) contracts(collections ...string) (all []*contract.Contract) {
	for _, c := range collections {
		parsed, err := contract.Parse(contractOf(r.db.Name(), c))
		require.NoError(r.t, err)
		all = append(all, parsed)
	}
	return all
}

func contractOf(database, collection string) []byte {
	return fmt.Appendf(nil, "contract: 1\nsource: mongo\ncollection: %s.%s\ntarget: shop.%s\nkey: [id]\ncolumns:\n  - {name: id, path: _id, type: json}\n", database, collection, collection)
}

func (r *rig) topic(collection string) string { return topic.Name("mongo", r.db.Name(), collection) }

// capture is a running source.
type capture struct {
	r      *rig
	p      *publish.Publisher
	cancel context.CancelFunc
	done   chan error
}

// start runs a capture from where the topics say that the last one was.
func (r *rig) start() *capture {
	r.t.Helper()
	src, err := New(r.cfg)
	require.NoError(r.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	p, last, err := publish.Open(ctx, publish.Config{Source: "mongo", Fingerprint: src.Fingerprint(), Brokers: r.brokers, Partitions: 3,
		Transport: &kafka.Transport{MetadataTTL: 100 * time.Millisecond}})
	require.NoError(r.t, err)
	c := &capture{r: r, p: p, cancel: cancel, done: make(chan error, 1)}
	go func() { c.done <- src.Run(ctx, p, last) }()
	r.t.Cleanup(func() { cancel(); c.close() })
	return c
}

// stop ends the capture in order.
func (c *capture) stop() {
	c.r.t.Helper()
	c.cancel()
	require.NoError(c.r.t, c.wait())
	c.close()
}

// stopped ends a capture whose run is over with an error.
func (c *capture) stopped() {
	c.cancel()
	c.close()
}

// kill ends it without letting it say how far it was.
func (c *capture) kill() {
	c.close()
	c.cancel()
	<-c.done
	c.done <- nil
}

func (c *capture) wait() error {
	select {
	case err := <-c.done:
		c.done <- err
		return err
	case <-time.After(30 * time.Second):
		c.r.t.Fatal("capture does not end")
	}
	return nil
}

func (c *capture) close() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = c.p.Close(ctx)
}

// written is the clusterTime of the server's newest write.
func (r *rig) written() uint64 {
	r.t.Helper()
	var ping struct {
		OperationTime bson.Timestamp `bson:"operationTime"`
	}
	require.NoError(r.t, r.db.RunCommand(r.t.Context(), bson.D{{Key: "ping", Value: 1}}).Decode(&ping))
	return uint64(ping.OperationTime.T)<<32 | uint64(ping.OperationTime.I)
}

// reach waits until the confirmed point is complete and covers the server's newest write.
func (c *capture) reach() {
	c.r.t.Helper()
	want := c.r.written()
	require.Eventually(c.r.t, func() bool {
		select {
		case err := <-c.done:
			c.done <- err
			require.NoError(c.r.t, err)
		default:
		}
		pt := c.p.Confirmed()
		return pt.Complete && pt.Position.Commit >= want
	}, 30*time.Second, 20*time.Millisecond)
}

// complete waits until no snapshot is open.
func (c *capture) complete() {
	c.r.t.Helper()
	require.Eventually(c.r.t, func() bool {
		select {
		case err := <-c.done:
			c.done <- err
			require.NoError(c.r.t, err)
		default:
		}
		return c.p.Confirmed().Complete
	}, enough, 20*time.Millisecond)
}

// enough is for a machine under load; nothing is asserted by it.
const enough = 4 * time.Minute

// record is what a reader of the topic sees.
type record struct {
	key, value string
	null       bool
	header     *event.Header
}

func (r *rig) client() *kafka.Client {
	return &kafka.Client{Addr: kafka.TCP(r.brokers...), Transport: &kafka.Transport{MetadataTTL: 100 * time.Millisecond}}
}

// read gives all of a partition's records.
func (r *rig) read(name string, partition int) (all []record) {
	client, ctx := r.client(), r.t.Context()
	bounds, err := topics.Admin{Client: client}.Bounds(ctx, name, partition+1)
	require.NoError(r.t, err)
	for next := int64(0); next < bounds[partition].End; {
		f, err := client.Fetch(ctx, &kafka.FetchRequest{Topic: name, Partition: partition, Offset: next, MinBytes: 1, MaxBytes: 16 << 20, MaxWait: 100 * time.Millisecond})
		require.NoError(r.t, err)
		require.NoError(r.t, f.Error)
		for {
			rec, err := f.Records.ReadRecord()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(r.t, err)
			if rec.Offset < next {
				continue
			}
			next = rec.Offset + 1
			all = append(all, parse(r.t, rec))
		}
	}
	return all
}

func parse(t testing.TB, rec *kafka.Record) record {
	key, err := kafka.ReadAll(rec.Key)
	require.NoError(t, err)
	value, err := kafka.ReadAll(rec.Value)
	require.NoError(t, err)
	out := record{key: string(key), value: string(value), null: rec.Value == nil}
	for _, h := range rec.Headers {
		parsed, err := event.ParseHeader(h.Value)
		require.NoError(t, err)
		out.header = &parsed
	}
	return out
}

func (r *rig) watermarks() (all []*watermark.Watermark) {
	for _, rec := range r.read(topic.Watermarks, 0) {
		w, err := watermark.Parse([]byte(rec.value))
		require.NoError(r.t, err)
		all = append(all, w)
	}
	return all
}
