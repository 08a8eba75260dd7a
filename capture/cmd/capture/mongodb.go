package main

import (
	"cmp"
	"context"

	"github.com/tidemark-cdc/tidemark/capture/config"
	"github.com/tidemark-cdc/tidemark/capture/mongo"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
	"github.com/tidemark-cdc/tidemark/capture/serve"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// mongodb is a configured MongoDB source.
type mongodb struct {
	*app
	settings  config.Source
	contracts []*contract.Contract
}

func (m *mongodb) config() mongo.Config {
	return mongo.Config{Name: m.settings.Name, URL: m.settings.URL, Contracts: m.contracts, Heartbeat: m.settings.Heartbeat, Logger: m.log.With("source", m.settings.Name)}
}

func (m *mongodb) open(metrics *serve.Metrics) (serve.Source, error) {
	cfg := m.config()
	cfg.Observer = metrics.Reading(m.settings.Name)
	s, err := mongo.New(cfg)
	return mongoSource{s, m}, err
}

// mongoSource adds the preflight to the source.
type mongoSource struct {
	*mongo.Source
	kind *mongodb
}

// Preflight says what is missing.
func (s mongoSource) Preflight(ctx context.Context) ([]preflight.Finding, error) {
	return s.kind.preflight(ctx)
}

func (m *mongodb) preflight(ctx context.Context) ([]preflight.Finding, error) {
	return mongo.Preflight(ctx, m.config())
}

func (m *mongodb) setup(ctx context.Context) ([]preflight.Finding, error) {
	cfg := m.config()
	cfg.URL = cmp.Or(m.settings.Admin, cfg.URL)
	return mongo.Setup(ctx, cfg)
}

func (m *mongodb) discover(ctx context.Context, name string) (*contract.Contract, error) {
	return mongo.Discover(ctx, m.config(), name)
}
