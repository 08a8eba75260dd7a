package postgres

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
	"github.com/tidemark-cdc/tidemark/capture/postgres/slot"
)

// Source captures one database.
type Source struct {
	cfg    Config
	lease  *slot.Lease
	former uint32    // the backend of the last lease
	sql    *pgx.Conn // for queries, and then the heart's
}

// New makes a source. Nothing is connected yet.
func New(cfg Config) (*Source, error) {
	s := &Source{cfg: cfg.withDefaults()}
	doing := "configure source " + cfg.Name
	switch {
	case cfg.Name == "" || cfg.URL == "" || cfg.Publication == "" || cfg.Slot == "":
		return nil, fault.New(fault.Config, doing, fmt.Errorf("name, url, publication and slot must be given"), "")
	case len(s.cfg.Contracts) == 0:
		return nil, fault.New(fault.Config, doing, fmt.Errorf("no contract names it"), "Write one with `capture discover`.")
	}
	return s, nil
}

// tables are the captured tables' names.
func (s *Source) tables() []string {
	var names []string
	for _, c := range s.cfg.Contracts {
		names = append(names, c.Name())
	}
	return names
}

// Lease waits until no other capture reads the slot, and keeps it so until Close or until the connection breaks. It must be held before
// the publisher is opened: its session fences the one before. A source that lost the lease to another capture gets an error of class
// fenced.
func (s *Source) Lease(ctx context.Context) (err error) {
	s.Close()
	if s.lease, err = slot.Take(ctx, slot.Claim{URL: s.cfg.URL, Slot: s.cfg.Slot, Former: s.former, Logger: s.cfg.Logger}); err != nil {
		s.lease = nil
		return err
	}
	s.former = s.lease.Backend()
	if s.sql, err = connect.SQL(ctx, s.cfg.URL); err != nil {
		s.sql = nil
		s.Close()
	}
	return err
}

// Close gives the lease up.
func (s *Source) Close() {
	if s.sql != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = s.sql.Close(ctx)
		s.sql = nil
	}
	if s.lease != nil {
		s.lease.Close()
		s.lease = nil
	}
}

// Fingerprint identifies what is captured: the publication and the contracts.
func (s *Source) Fingerprint() string {
	var ids []string
	for _, c := range s.cfg.Contracts {
		ids = append(ids, fmt.Sprintf("%s:%08x", c.Name(), c.ID()))
	}
	slices.Sort(ids)
	h := fnv.New64a()
	fmt.Fprint(h, s.cfg.Publication, ids)
	return fmt.Sprintf("%016x", h.Sum64())
}
