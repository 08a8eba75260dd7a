package main

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/tidemark-cdc/tidemark/capture/config"
	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/lease"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
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
	if err := a.brokersAnswer(ctx); err != nil {
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

// startPatience is how long the brokers may take to answer at the start: what starts
// beside them should not fail, what has a wrong address should not try for ever.
const startPatience = 20 * time.Second

// brokersAnswer refuses to start without brokers. Later outages are ridden out.
func (a *app) brokersAnswer(ctx context.Context) error {
	found, err := backoff.Retry(ctx, func() ([]preflight.Finding, error) {
		found, err := a.Kafka.Check(ctx)
		if err != nil && !fault.Is(err, fault.Unreachable) {
			return nil, backoff.Permanent(err)
		}
		return found, err
	}, backoff.WithMaxElapsedTime(startPatience))
	switch {
	case fault.Is(err, fault.Unreachable):
		return fault.New(fault.Unreachable, "reach the broker at "+strings.Join(a.Kafka.Brokers, ", "), err,
			"Check that a broker answers there: --kafka-brokers, TIDEMARK_KAFKA_BROKERS or kafka.brokers in the configuration.")
	case err != nil:
		return err
	case preflight.Failed(found):
		return fault.New(fault.Setup, "preflight of the brokers", errors.New(found[0].Title), cmp.Or(found[0].Command, found[0].Detail))
	}
	return nil
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
		if src.Kind == config.MongoDB && src.StandsBy() {
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
