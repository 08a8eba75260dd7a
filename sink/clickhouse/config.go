// Package clickhouse talks ClickHouse's native protocol: one connection, one block per
// insert, and errors that say whether a retry can mend them.
package clickhouse

import (
	"crypto/tls"
	"log/slog"
	"time"

	"github.com/tidemark-cdc/tidemark/clickhouse/cluster"
)

// Config says where the server is. The zero values of the durations become defaults.
type Config struct {
	// Addr is host:port of the native protocol.
	Addr     string
	User     string
	Password string
	// Cluster is what the server belongs to, if anything.
	Cluster cluster.Name
	// TLS is nil for a plain connection.
	TLS *tls.Config
	// DialTimeout bounds the dial and the handshake; 5 s by default.
	DialTimeout time.Duration
	// QueryTimeout bounds one query or insert whose context has no deadline of its own;
	// 2 min by default. What it cuts off has an unknown outcome and is sent again.
	QueryTimeout time.Duration
	// Idle is how long a connection may rest before the server closes it; 15 s by default,
	// whole seconds. It must be shorter than ClickHouse needs to forget a token (see dial).
	Idle time.Duration
}

// LogValue leaves the password out of every log line.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(slog.String("addr", c.Addr), slog.String("user", c.User), slog.Bool("tls", c.TLS != nil))
}

func (c Config) withDefaults() Config {
	if c.DialTimeout <= 0 {
		c.DialTimeout = 5 * time.Second
	}
	if c.QueryTimeout <= 0 {
		c.QueryTimeout = 2 * time.Minute
	}
	if c.Idle <= 0 {
		c.Idle = 15 * time.Second
	}
	return c
}
