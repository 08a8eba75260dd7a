package main

import (
	"context"
	"errors"

	"github.com/tidemark-cdc/tidemark/capture/config"
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

func (m *mongodb) open(metrics *serve.Metrics) (serve.Source, error) {
	return nil, errors.ErrUnsupported
}

func (m *mongodb) preflight(ctx context.Context) ([]preflight.Finding, error) {
	return nil, errors.ErrUnsupported
}

func (m *mongodb) setup(ctx context.Context) ([]preflight.Finding, error) {
	return nil, errors.ErrUnsupported
}

func (m *mongodb) discover(ctx context.Context, name string) (*contract.Contract, error) {
	return nil, errors.ErrUnsupported
}
