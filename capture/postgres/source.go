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
	cfg   Config
	lease *pgx.Conn // holds the lease; also the heart's connection
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
// the publisher is opened: its session fences the one before.
func (s *Source) Lease(ctx context.Context) error {
	s.Close()
	conn, err := connect.SQL(ctx, s.cfg.URL)
	if err != nil {
		return err
	}
	s.lease = conn
	if err := slot.Lease(ctx, conn, s.cfg.Slot, s.cfg.Logger); err != nil {
		s.Close()
		return err
	}
	return nil
}

// Close gives the lease up.
func (s *Source) Close() {
	if s.lease == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = s.lease.Close(ctx)
	s.lease = nil
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
