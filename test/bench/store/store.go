// Package store asks ClickHouse over its native protocol.
package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/test/bench/ceiling"
	"github.com/tidemark-cdc/tidemark/test/bench/host"
)

// Store is one connection; one goroutine uses it at a time.
type Store struct{ conn *ch.Client }

// Open connects.
func Open(ctx context.Context, at host.ClickHouse) (*Store, error) {
	conn, err := ch.Dial(ctx, ch.Options{Address: at.Addr, User: at.User, Password: at.Password, DialTimeout: 5 * time.Second})
	if err != nil {
		return nil, fmt.Errorf("connect to ClickHouse: %w", err)
	}
	return &Store{conn: conn}, nil
}

// Close closes the connection.
func (s *Store) Close() error { return s.conn.Close() }

// Exec runs one statement that answers nothing.
func (s *Store) Exec(ctx context.Context, sql string) error {
	if err := s.conn.Do(ctx, ch.Query{Body: sql}); err != nil {
		return fmt.Errorf("%.200s: %w", sql, err)
	}
	return nil
}

// ExecAll runs statements that are set apart by lines of ";".
func (s *Store) ExecAll(ctx context.Context, script string) error {
	for sql := range strings.SplitSeq(script, ";\n") {
		if sql = strings.TrimSpace(sql); sql != "" {
			if err := s.Exec(ctx, sql); err != nil {
				return err
			}
		}
	}
	return nil
}

// Number asks for one UInt64.
func (s *Store) Number(ctx context.Context, sql string) (uint64, error) {
	var n proto.ColUInt64
	if err := s.conn.Do(ctx, ch.Query{Body: sql, Result: proto.Results{{Name: "n", Data: &n}}}); err != nil {
		return 0, fmt.Errorf("%.200s: %w", sql, err)
	}
	if n.Rows() != 1 {
		return 0, fmt.Errorf("%.200s: %d rows", sql, n.Rows())
	}
	return n[0], nil
}

// Numbers asks for one column `n` of Int64 and gives each value to f.
func (s *Store) Numbers(ctx context.Context, sql string, f func(int64)) error {
	var col proto.ColInt64
	err := s.conn.Do(ctx, ch.Query{Body: sql, Result: proto.Results{{Name: "n", Data: &col}}, OnResult: func(context.Context, proto.Block) error {
		for _, v := range col {
			f(v)
		}
		return nil
	}})
	if err != nil {
		return fmt.Errorf("%.200s: %w", sql, err)
	}
	return nil
}

// Block loads the rows of a SELECT as one ready-made block.
func (s *Store) Block(ctx context.Context, sql string) (ceiling.Block, error) {
	return ceiling.Load(ctx, s.conn, sql)
}

// Insert shares ready-made blocks between connections of its own and gives the time that
// all took together.
func Insert(ctx context.Context, at host.ClickHouse, connections int, database, table string, blocks []ceiling.Block) (time.Duration, error) {
	var conns []*ch.Client
	for range connections {
		s, err := Open(ctx, at)
		if err != nil {
			return 0, err
		}
		defer s.Close()
		conns = append(conns, s.conn)
	}
	return ceiling.Insert(ctx, conns, database, table, blocks)
}
