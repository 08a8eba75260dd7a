package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// patience is how long a server that is needed at the start may take to answer. Later on
// connections are made again for ever.
var patience = 15 * time.Second

// clickHouse opens a connection, or says in one line why it cannot.
func (a *app) clickHouse(ctx context.Context) (*clickhouse.Conn, error) {
	conn, err := a.ClickHouse.Conn()
	if err != nil {
		return nil, &coded{exitUsage, "", err}
	}
	err = insist(ctx, func(ctx context.Context) error { return conn.Ping(ctx) })
	if err != nil {
		_ = conn.Close() // it never opened
		return nil, &coded{exitUnreachable, fmt.Sprintf("check that ClickHouse answers at %s (native protocol, not HTTP) and lets user %q in: --clickhouse-addr, --clickhouse-user, TIDEMARK_CLICKHOUSE_PASSWORD",
			a.ClickHouse.Addr, a.ClickHouse.User), err}
	}
	return conn, nil
}

// insist tries until patience is over; a refused login is not tried again.
func insist(ctx context.Context, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := try(ctx)
		var mendable interface{ Retryable() bool }
		if err == nil || errors.As(err, &mendable) && !mendable.Retryable() {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// kafkaClient connects to the brokers, or says in one line why it cannot.
func (a *app) kafkaClient(ctx context.Context) (*kafka.Client, *kafka.Dialer, error) {
	transport, dialer, err := a.Kafka.Transport()
	if err != nil {
		return nil, nil, &coded{exitUsage, "", err}
	}
	client := &kafka.Client{Addr: kafka.TCP(a.Kafka.Brokers...), Transport: transport}
	err = insist(ctx, func(ctx context.Context) error {
		_, err := client.Metadata(ctx, &kafka.MetadataRequest{})
		return err
	})
	if err != nil {
		return nil, nil, &coded{exitUnreachable, "check that a broker answers there and what it wants to see: --kafka-brokers, --kafka-tls, --kafka-sasl, --kafka-user",
			fmt.Errorf("broker at %s: %w", strings.Join(a.Kafka.Brokers, ", "), err)}
	}
	return client, dialer, nil
}
