package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tidemark-cdc/tidemark/capture/config"
	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
	"github.com/tidemark-cdc/tidemark/capture/serve"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// kind is what the program can do with one configured source.
type kind interface {
	// open makes the source ready to run.
	open(m *serve.Metrics) (serve.Source, error)
	// preflight says what is missing.
	preflight(ctx context.Context) ([]preflight.Finding, error)
	// setup makes what is missing and gives what it applied.
	setup(ctx context.Context) ([]preflight.Finding, error)
	// discover describes one table or collection as a contract.
	discover(ctx context.Context, name string) (*contract.Contract, error)
}

// selection narrows a command to some of the configured sources.
type selection struct {
	Source []string `short:"s" placeholder:"NAME" help:"Only these of the configured sources."`
}

// sources gives the settings of the selected sources.
func (a *app) sources(s selection) ([]config.Source, error) {
	var names []string
	for _, src := range a.file.Sources {
		names = append(names, src.Name)
	}
	if len(names) == 0 {
		return nil, fault.New(fault.Config, "find sources", fmt.Errorf("none is configured"),
			"Name them under `sources:` in the file of --config, or set TIDEMARK_POSTGRES_URL or TIDEMARK_MONGO_URL.")
	}
	for _, want := range s.Source {
		if !slices.Contains(names, want) {
			return nil, fault.New(fault.Config, "find source "+want, fmt.Errorf("it is not configured; there are %s", strings.Join(names, ", ")), "")
		}
	}
	return slices.DeleteFunc(slices.Clone(a.file.Sources), func(src config.Source) bool {
		return len(s.Source) > 0 && !slices.Contains(s.Source, src.Name)
	}), nil
}

// kindOf binds a source's settings to what its kind can do.
func (a *app) kindOf(s config.Source, contracts []*contract.Contract) kind {
	if s.Kind == config.MongoDB {
		return &mongodb{app: a, settings: s, contracts: contracts}
	}
	return &postgresql{app: a, settings: s, contracts: contracts}
}

// each calls f for the selected sources in the order of their names.
func (a *app) each(s selection, f func(config.Source, kind) error) error {
	sources, err := a.sources(s)
	if err != nil {
		return err
	}
	contracts, err := a.LoadContracts()
	if err != nil {
		return err
	}
	for _, src := range sources {
		if err := f(src, a.kindOf(src, contracts)); err != nil {
			return &serve.SourceError{Source: src.Name, Err: err}
		}
	}
	return nil
}
