package verify

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/tidemark-cdc/tidemark/aggregate/boundary"
	"github.com/tidemark-cdc/tidemark/aggregate/target"
)

// Server runs statements.
type Server interface {
	Exec(ctx context.Context, sql string) error
	Rows(ctx context.Context, sql string) ([][]string, error)
}

// prefix begins the names of all copies.
const prefix = target.Database + ".verify_"

// snapshot is copies of tables that belong together, at one position of a raw table. A copy shares its parts with the
// table: making one writes nothing and takes milliseconds.
type snapshot struct {
	server Server
	at     boundary.Vector
	copies map[string]string // by the table's name
}

// take copies tables that raw.<source> feeds, at a moment without inserts. The copies are made before it, empty: the
// shorter the moment, the likelier no insert begins in it.
func take(ctx context.Context, server Server, source string, tables []string) (*snapshot, error) {
	s := &snapshot{server: server, copies: map[string]string{}}
	id := strings.ToLower(rand.Text()[:10])
	for i, t := range tables {
		s.copies[t] = fmt.Sprintf("%s%s_%d", prefix, id, i)
	}
	err := s.each(ctx, "CREATE TABLE %[2]s AS %[1]s")
	if err == nil {
		s.at, err = (boundary.Reader{Server: server, Table: source}).Still(ctx, s.fill, s.empty)
	}
	if err != nil {
		return nil, errors.Join(err, s.Drop(context.WithoutCancel(ctx)))
	}
	return s, nil
}

// fill lets the copies share all parts of their tables, which have no partitions.
func (s *snapshot) fill(ctx context.Context) error {
	return s.each(ctx, "ALTER TABLE %[2]s ATTACH PARTITION ID 'all' FROM %[1]s")
}

func (s *snapshot) empty(ctx context.Context) error { return s.each(ctx, "TRUNCATE TABLE %[2]s") }

// each runs a statement for every table and its copy, all at once.
func (s *snapshot) each(ctx context.Context, statement string) error {
	failed := make(chan error, len(s.copies))
	for table, copied := range s.copies {
		go func() {
			err := s.server.Exec(ctx, fmt.Sprintf(statement, table, copied))
			if err != nil {
				err = fmt.Errorf("copy %s: %w", table, err)
			}
			failed <- err
		}()
	}
	var all []error
	for range s.copies {
		all = append(all, <-failed)
	}
	return errors.Join(all...)
}

// Drop removes the copies.
func (s *snapshot) Drop(ctx context.Context) error {
	for _, copied := range s.copies {
		if err := s.server.Exec(ctx, "DROP TABLE IF EXISTS "+copied+" SYNC"); err != nil {
			return fmt.Errorf("remove a copy: %w", err)
		}
	}
	return nil
}

// Sweep removes copies that a program left behind when it died, which no one can still be at work with.
func Sweep(ctx context.Context, server Server) error {
	rows, err := server.Rows(ctx, "SELECT concat(database, '.', name) AS t FROM system.tables WHERE startsWith(t, '"+prefix+"') AND metadata_modification_time < now() - INTERVAL 6 HOUR")
	if err != nil {
		return fmt.Errorf("look for copies: %w", err)
	}
	for _, r := range rows {
		if err := server.Exec(ctx, "DROP TABLE IF EXISTS "+r[0]+" SYNC"); err != nil {
			return fmt.Errorf("remove a copy: %w", err)
		}
	}
	return nil
}
