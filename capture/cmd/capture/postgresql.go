package main

import (
	"context"

	"github.com/tidemark-cdc/tidemark/capture/config"
	"github.com/tidemark-cdc/tidemark/capture/postgres"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
	"github.com/tidemark-cdc/tidemark/capture/serve"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// postgresql is a configured PostgreSQL source.
type postgresql struct {
	*app
	settings  config.Source
	contracts []*contract.Contract
}

func (p *postgresql) config() postgres.Config {
	return postgres.Config{
		Name: p.settings.Name, URL: p.settings.URL, Publication: p.settings.Publication, Slot: p.settings.Slot,
		Contracts: p.contracts, Heartbeat: p.settings.Heartbeat, Stall: p.settings.Stall, SnapshotWorkers: p.settings.Workers,
		Logger: p.log.With("source", p.settings.Name),
	}
}

func (p *postgresql) open(m *serve.Metrics) (serve.Source, error) {
	cfg := p.config()
	cfg.Observer = m.Reading(p.settings.Name)
	s, err := postgres.New(cfg)
	return postgresSource{s, p}, err
}

// postgresSource adds the preflight to the source.
type postgresSource struct {
	*postgres.Source
	kind *postgresql
}

// Preflight says what is missing, but for the slot and the publication's changes: the start knows more of these.
func (s postgresSource) Preflight(ctx context.Context) ([]preflight.Finding, error) {
	cfg := s.kind.config()
	cfg.Starting = true
	return postgres.Preflight(ctx, cfg)
}

func (p *postgresql) preflight(ctx context.Context) ([]preflight.Finding, error) {
	return postgres.Preflight(ctx, p.config())
}

func (p *postgresql) setup(ctx context.Context) ([]preflight.Finding, error) {
	return postgres.Setup(ctx, p.config(), p.settings.Admin)
}

func (p *postgresql) discover(ctx context.Context, name string) (*contract.Contract, error) {
	return postgres.Discover(ctx, p.config(), name)
}
