// Package postgres captures PostgreSQL: an exact snapshot, then every committed change, through one logical replication slot.
package postgres

import (
	"log/slog"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// Config says what to capture. Zero values take the defaults named.
type Config struct {
	// Name is the source's name in capture's config and the first part of its topics.
	Name string
	// URL is postgres://user:password@host:port/database; ?host=/path for a unix socket, which is faster.
	URL         string
	Publication string
	Slot        string
	// Contracts are all that is captured; those of other sources are passed over.
	Contracts []*contract.Contract

	Heartbeat time.Duration // beat when nothing came for this long; default 10 s
	Stall     time.Duration // restart when a beat is out and nothing came for this long; default 60 s
	// Starting has Preflight leave out what the start checks by itself.
	Starting bool

	SnapshotWorkers int           // sessions that read tables at a time; default 2
	SnapshotBlocks  int64         // of 8 KiB that a session reads at a time; default 8192
	Drain           time.Duration // how long a stop waits for the broker; default 10 s

	Logger   *slog.Logger
	Observer Observer // default: none
}

// Observer sees what is captured. Its methods are called from the stream's loop, once per read and not per row, and must not block.
type Observer interface {
	// Captured counts row changes and the bytes of the stream that held them.
	Captured(changes, bytes int)
	// Lag is how much of the server's log is not confirmed, in bytes, and how old the last commit read is, by the server's clock.
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
	c.Heartbeat = orDefault(c.Heartbeat, 10*time.Second)
	c.Stall = orDefault(c.Stall, time.Minute)
	c.Drain = orDefault(c.Drain, 10*time.Second)
	c.SnapshotWorkers = orDefault(c.SnapshotWorkers, 2)
	c.SnapshotBlocks = orDefault(c.SnapshotBlocks, 8192)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Observer == nil {
		c.Observer = nobody{}
	}
	return c
}

func orDefault[T int | int64 | time.Duration](v, def T) T {
	if v <= 0 {
		return def
	}
	return v
}
