package publish

import (
	"log/slog"
	"time"

	"github.com/segmentio/kafka-go"
)

// Config says where and how one source publishes. Zero values take the defaults named.
type Config struct {
	// Source is the source's name; it is the watermark's key and, as
	// "tidemark-<source>", the transactional id by which a new capture fences the old.
	Source string
	// Fingerprint identifies what is captured; it goes into each watermark.
	Fingerprint string

	Brokers   []string
	Transport kafka.RoundTripper // default: plain TCP, metadata refreshed each second

	Partitions  int           // of a new topic; default 4
	Replication int           // of a new topic; default 1
	Retention   time.Duration // of a new topic; default and 0: for ever

	BatchBytes int           // a partition's batch is sent at this size; default 512 KiB
	Linger     time.Duration // an open batch is due after this; default 5 ms
	MaxBytes   int           // bytes appended and not yet acknowledged, over all partitions; default 64 MiB
	Mark       time.Duration // shortest time between two watermarks nobody waits for; default 50 ms
	Renew      time.Duration // how often the producer session is renewed; default a day
	Codec      string        // none (default), lz4, zstd

	Logger   *slog.Logger // names the source already; default: none
	Observer Observer     // default: none
}

const (
	defaultPartitions = 4
	defaultBatchBytes = 512 << 10
	defaultLinger     = 5 * time.Millisecond
	defaultMaxBytes   = 64 << 20
	defaultMark       = 50 * time.Millisecond
	requestTimeout    = 10 * time.Second
)

func (c Config) withDefaults() Config {
	c.Partitions = orDefault(c.Partitions, defaultPartitions)
	c.Replication = orDefault(c.Replication, 1)
	c.BatchBytes = orDefault(c.BatchBytes, defaultBatchBytes)
	c.Linger = orDefault(c.Linger, defaultLinger)
	c.MaxBytes = orDefault(c.MaxBytes, defaultMaxBytes)
	c.Mark = orDefault(c.Mark, defaultMark)
	c.Renew = orDefault(c.Renew, 24*time.Hour)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Observer == nil {
		c.Observer = nobody{}
	}
	if c.Transport == nil {
		// kafka-go keeps metadata for 6 s, in which a new topic stays invisible and a
		// moved leader keeps refusing.
		c.Transport = &kafka.Transport{MetadataTTL: time.Second, ClientID: "tidemark-capture"}
	}
	return c
}

func orDefault[T ~int | ~int64](v, def T) T {
	if v <= 0 {
		return def
	}
	return v
}
