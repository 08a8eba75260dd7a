package clickhouse

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/clickhouse/cluster"
)

// Conn is one connection, used by one goroutine at a time. It dials when it is first
// needed and again after any failure, because a query that failed half-way leaves the
// protocol in an unknown place.
type Conn struct {
	cfg    Config
	client *ch.Client
	// used is when the server last heard of us.
	used time.Time
}

// New makes a Conn; it does not dial yet.
func New(cfg Config) *Conn { return &Conn{cfg: cfg.withDefaults()} }

// Cluster is the name of what the server belongs to; "" for one on its own.
func (c *Conn) Cluster() cluster.Name { return c.cfg.Cluster }

// Open makes sure that a connection is there and answers. Call it before the last check
// that precedes an insert, so that nothing slow stands between that check and the send.
// What follows goes over that connection or fails: no other is made in its place while
// the server has closed it (rule: idle-close).
func (c *Conn) Open(ctx context.Context) error {
	if c.client != nil && c.ping(ctx) == nil {
		return nil
	}
	return c.dial(ctx)
}

// Ping asks the server for a sign of life over the open connection.
func (c *Conn) Ping(ctx context.Context) error {
	if err := c.ensure(ctx); err != nil {
		return err
	}
	if err := c.ping(ctx); err != nil {
		return newError("ping "+c.cfg.Addr, err)
	}
	return nil
}

// Close ends the connection; a later call of another method dials again.
func (c *Conn) Close() error {
	if c.client == nil {
		return nil
	}
	err := c.client.Close()
	c.client = nil
	return err
}

func (c *Conn) ensure(ctx context.Context) error {
	if c.client != nil && !c.client.IsClosed() {
		return nil
	}
	return c.dial(ctx)
}

// dial connects, and has the server close the connection when it rests. rule: idle-close.
// A process that is stopped between its last check and its insert would else wake hours
// later and insert, over a connection that is still there, what another owner inserted
// long before under a token that is forgotten by now.
func (c *Conn) dial(ctx context.Context) error {
	c.drop()
	ctx, cancel := context.WithTimeout(ctx, c.cfg.DialTimeout)
	defer cancel()
	client, err := ch.Dial(ctx, ch.Options{
		Address: c.cfg.Addr, User: c.cfg.User, Password: c.cfg.Password, TLS: c.cfg.TLS,
		// "default" may not exist for a user with narrow grants; every query qualifies its tables.
		Database:         "system",
		ClientName:       "tidemark-sink",
		Dialer:           &net.Dialer{Timeout: c.cfg.DialTimeout, KeepAlive: 15 * time.Second},
		DialTimeout:      c.cfg.DialTimeout,
		HandshakeTimeout: c.cfg.DialTimeout,
		Settings:         resting(c.cfg.Idle),
	})
	if err != nil {
		return newError("connect to "+c.cfg.Addr, err)
	}
	c.client = client
	var one proto.ColUInt8 // any query: the server heeds the settings from the first one on
	if err := client.Do(ctx, ch.Query{Body: "SELECT 1 AS one", Result: proto.Results{{Name: "one", Data: &one}}}); err != nil {
		c.drop()
		return newError("connect to "+c.cfg.Addr, err)
	}
	c.used = time.Now()
	return nil
}

func (c *Conn) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.DialTimeout)
	defer cancel()
	err := c.client.Ping(ctx)
	if err != nil {
		c.drop()
	}
	c.used = time.Now()
	return err
}

func (c *Conn) drop() {
	if c.client != nil {
		_ = c.client.Close() // the connection is given up; what it says now helps nobody
		c.client = nil
	}
}

// do runs one query within QueryTimeout and gives the connection up when it fails.
func (c *Conn) do(ctx context.Context, attempt string, q ch.Query) error {
	if err := c.ensure(ctx); err != nil {
		return err
	}
	ctx, cancel := c.bound(ctx)
	defer cancel()
	if err := c.client.Do(ctx, q); err != nil {
		c.drop()
		failed := newError(attempt, err)
		failed.detached = failed.Code == int(proto.ErrUnknownTable) && c.anyDetached(ctx)
		return failed
	}
	c.used = time.Now()
	return nil
}

func (c *Conn) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, c.cfg.QueryTimeout, fmt.Errorf("no answer within %s", c.cfg.QueryTimeout))
}
