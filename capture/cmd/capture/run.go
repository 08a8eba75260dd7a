package main

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/tidemark-cdc/tidemark/capture/config"
	"github.com/tidemark-cdc/tidemark/capture/lease"
	"github.com/tidemark-cdc/tidemark/capture/serve"
)

type runCmd struct {
	selection
}

// Run captures until ctx ends.
func (r *runCmd) Run(ctx context.Context, a *app) error {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	units, err := a.units(r.selection, serve.NewMetrics(registry))
	if err != nil {
		return err
	}
	registry.MustRegister(serve.NewGauges(units))
	if a.HTTP != "" {
		stop, err := serve.Listen(ctx, a.HTTP, serve.Handler(units, registry))
		if err != nil {
			return err
		}
		defer stop()
	}
	a.log.Info("capture starts", "version", version(), "sources", len(units), "http", a.HTTP)
	return serve.Run(ctx, units)
}

func (a *app) units(s selection, m *serve.Metrics) (units []*serve.Unit, err error) {
	err = a.each(s, func(src config.Source, k kind) error {
		source, err := k.open(m)
		if err != nil {
			return err
		}
		publish, err := a.Kafka.Publish(src.Name)
		if err != nil {
			return err
		}
		a.log.Info("source configured", "source", src.Name, "kind", src.Kind, "url", config.Redact(src.URL))
		u := &serve.Unit{Name: src.Name, Source: source, Publish: publish, Logger: a.log.With("source", src.Name), Metrics: m}
		if src.Standby {
			u.Join = a.joining(src.Name)
		}
		units = append(units, u)
		return nil
	})
	return units, err
}

// joining asks the brokers for the lease of a source that has none of its own.
func (a *app) joining(source string) func() (serve.Membership, error) {
	return func() (serve.Membership, error) {
		cfg, err := a.Kafka.Lease(source)
		if err != nil {
			return nil, err
		}
		cfg.Logger = a.log.With("source", source)
		return lease.Join(cfg)
	}
}
