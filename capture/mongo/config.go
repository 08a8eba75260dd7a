// Package mongo captures MongoDB: a snapshot of each collection, then every committed change, through one change stream.
//
// Pre-images (changeStreamPreAndPostImages) are recommended: with them each event's images are exact and chain with the
// one before. Without them an update shows the document as a look-up found it, which may be newer.
//
// It was developed and tested against SecantusDB, which speaks MongoDB's wire protocol and has change streams, and against
// scripted conversations of MongoDB's own driver. Nothing here was run against a real mongod yet.
package mongo

import (
	"log/slog"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// Config says what to capture. Zero values take the defaults named.
type Config struct {
	// Name is the source's name in capture's config and the first part of its topics.
	Name string
	// URL is mongodb://user:password@host:port/?replicaSet=rs0.
	URL string
	// Contracts are all that is captured; those of other sources are passed over.
	Contracts []*contract.Contract
	Await     time.Duration // how long the server waits for something new before it answers; default 250 ms
	Batch     int           // events in one reply, rows in one read of a snapshot; default 1000
	ChunkRows int           // rows of a snapshot between two looks at the stream; default 100000
	ChunkTime time.Duration // the same by time; default 5 s
	Heartbeat time.Duration // between watermarks that only say that nothing happened; default 1 s
	Settle    time.Duration // how long a server's clock reading must be known before silence proves it; default 2 s
	Drain     time.Duration // how long a stop waits for the broker; default 10 s

	Logger   *slog.Logger
	Observer Observer // default: none
}

// Observer sees what is captured. Its methods are called from the stream's loop, once per batch and not per event, and
// must not block.
type Observer interface {
	// Captured counts change events and the bytes of the stream that held them.
	Captured(changes, bytes int)
	// Lag is how old the last event read is, by the server's clock; 0 when nothing newer waits. bytes is always 0: a change
	// stream does not tell.
	Lag(bytes uint64, age time.Duration)
	// Snapshot counts rows that were read and published by a snapshot.
	Snapshot(rows int)
}

type nobody struct{}

func (nobody) Captured(int, int)         {}
func (nobody) Lag(uint64, time.Duration) {}
func (nobody) Snapshot(int)              {}

func (c Config) withDefaults() Config {
	c.Contracts = contract.OfSource(c.Contracts, c.Name)
	c.Await = orDefault(c.Await, 250*time.Millisecond)
	c.Batch = orDefault(c.Batch, 1000)
	c.ChunkRows = orDefault(c.ChunkRows, 100_000)
	c.ChunkTime = orDefault(c.ChunkTime, 5*time.Second)
	c.Heartbeat = orDefault(c.Heartbeat, time.Second)
	c.Settle = orDefault(c.Settle, 2*time.Second)
	c.Drain = orDefault(c.Drain, 10*time.Second)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Observer == nil {
		c.Observer = nobody{}
	}
	return c
}

func orDefault[T ~int | ~int64](v, def T) T {
	if v <= 0 {
		return def
	}
	return v
}
