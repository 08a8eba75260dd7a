package serve

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
	"github.com/tidemark-cdc/tidemark/capture/publish"
	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

// scripted is a source whose runs are given.
type scripted struct {
	runs     []func(context.Context, *publish.Publisher, *watermark.Watermark) error
	started  atomic.Int32
	findings []preflight.Finding
	closed   atomic.Bool
}

func (s *scripted) Run(ctx context.Context, p *publish.Publisher, last *watermark.Watermark) error {
	return s.runs[s.started.Add(1)-1](ctx, p, last)
}
func (s *scripted) Preflight(context.Context) ([]preflight.Finding, error) { return s.findings, nil }
func (s *scripted) Fingerprint() string                                    { return "f" }
func (s *scripted) Close()                                                 { s.closed.Store(true) }

func unit(t *testing.T, name string, s Source) *Unit {
	c, err := kfake.NewCluster()
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return &Unit{Name: name, Source: s, Logger: slog.New(slog.DiscardHandler), Metrics: NewMetrics(prometheus.NewRegistry()),
		Publish: publish.Config{Source: name, Brokers: c.ListenAddrs(), Transport: &kafka.Transport{MetadataTTL: 100 * time.Millisecond}}}
}

func point(commit uint64) publish.Point {
	return publish.Point{Position: position.Position{Commit: commit}, CommitTime: 1_700_000_000_000_000, Complete: true}
}

// publishes writes one record of the commit and gives err.
func publishes(commit uint64, err error) func(context.Context, *publish.Publisher, *watermark.Watermark) error {
	return func(ctx context.Context, p *publish.Publisher, _ *watermark.Watermark) error {
		t, oops := p.Topic(ctx, "pg.public.a")
		if oops != nil {
			return oops
		}
		if oops := p.Append(t, []byte("k"), []byte("v"), event.Header{Op: event.Create, Version: position.Position{Commit: commit, Ordinal: 1}}); oops != nil {
			return oops
		}
		if oops := p.Flush(point(commit)); oops != nil {
			return oops
		}
		return err
	}
}

func waits(ctx context.Context, _ *publish.Publisher, _ *watermark.Watermark) error {
	<-ctx.Done()
	return nil
}

func TestRetriedUntilStopped(t *testing.T) {
	var from []*watermark.Watermark
	s := &scripted{}
	note := func(next func(context.Context, *publish.Publisher, *watermark.Watermark) error) func(context.Context, *publish.Publisher, *watermark.Watermark) error {
		return func(ctx context.Context, p *publish.Publisher, last *watermark.Watermark) error {
			from = append(from, last)
			return next(ctx, p, last)
		}
	}
	s.runs = append(s.runs, note(publishes(1, errors.New("connection reset"))), note(waits))
	u := unit(t, "pg", s)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- Run(ctx, []*Unit{u}) }()
	require.Eventually(t, func() bool { return s.started.Load() == 2 && u.State().Phase == Running }, 20*time.Second, 5*time.Millisecond)
	state := u.State()
	require.Equal(t, 1, state.Restarts)
	require.Equal(t, "connection reset", state.LastError)
	require.Equal(t, point(1).Position.String(), state.Confirmed, "what was flushed before the failure was drained")
	cancel()
	require.NoError(t, <-done)
	require.Nil(t, from[0])
	require.Equal(t, uint64(1), from[1].Position.Commit)
	require.Equal(t, "f", from[1].Fingerprint)
	require.Equal(t, Finished, u.State().Phase)
	require.True(t, s.closed.Load())
}

func TestOperatorErrorEndsAllDrained(t *testing.T) {
	lost := fault.New(fault.HistoryLost, "start slot", errors.New("gone"), "")
	bad := &scripted{runs: []func(context.Context, *publish.Publisher, *watermark.Watermark) error{publishes(1, lost)}}
	drained := make(chan struct{})
	good := &scripted{runs: []func(context.Context, *publish.Publisher, *watermark.Watermark) error{
		func(ctx context.Context, _ *publish.Publisher, _ *watermark.Watermark) error {
			<-ctx.Done()
			close(drained)
			return nil
		}}}
	a, b := unit(t, "bad", bad), unit(t, "good", good)
	err := Run(context.Background(), []*Unit{a, b})
	require.ErrorIs(t, err, lost)
	require.ErrorContains(t, err, "source bad")
	if good.started.Load() > 0 {
		<-drained
	}
	require.Equal(t, Halted, a.State().Phase)
	require.Equal(t, Finished, b.State().Phase)
}

func TestPreflightFailureStopsTheStart(t *testing.T) {
	s := &scripted{findings: []preflight.Finding{{Severity: preflight.Warning, Title: "slow"}, {Severity: preflight.Failure, Title: "wal_level is replica", SQL: "ALTER SYSTEM SET wal_level = logical"}}}
	err := Run(context.Background(), []*Unit{unit(t, "pg", s)})
	require.True(t, fault.Is(err, fault.Setup), "%v", err)
	require.ErrorContains(t, err, "wal_level is replica")
	require.NotContains(t, err.Error(), "slow")
	require.Contains(t, fault.HintOf(err), "ALTER SYSTEM SET wal_level = logical", "what to do")
	require.Zero(t, s.started.Load())
}

// A fenced publisher makes its source fail with whatever words; what counts is the fence.
func TestPublishersErrorIsTheCause(t *testing.T) {
	s := &scripted{}
	u := unit(t, "pg", s)
	s.runs = append(s.runs, func(ctx context.Context, p *publish.Publisher, last *watermark.Watermark) error {
		other, _, err := publish.Open(ctx, u.Publish)
		if err != nil {
			return err
		}
		defer other.Close(ctx)
		if err := publishes(1, nil)(ctx, p, last); err != nil {
			return errors.New("topic: some words")
		}
		<-p.Done()
		return errors.New("the stream broke")
	})
	err := Run(context.Background(), []*Unit{u})
	require.True(t, fault.Is(err, fault.Fenced), "%v", err)
}

func TestEndpoints(t *testing.T) {
	s := &scripted{runs: []func(context.Context, *publish.Publisher, *watermark.Watermark) error{
		func(ctx context.Context, p *publish.Publisher, last *watermark.Watermark) error {
			if err := publishes(1, nil)(ctx, p, last); err != nil {
				return err
			}
			<-ctx.Done()
			return nil
		}}}
	u := unit(t, "pg", s)
	registry := prometheus.NewRegistry()
	u.Metrics = NewMetrics(registry)
	registry.MustRegister(NewGauges([]*Unit{u}))
	h := Handler([]*Unit{u}, registry)
	get := func(path string) (int, string) {
		r := httptest.NewRecorder()
		h.ServeHTTP(r, httptest.NewRequest("GET", path, nil))
		return r.Code, r.Body.String()
	}
	code, _ := get("/readyz")
	require.Equal(t, 503, code, "not before the stream runs")
	code, _ = get("/healthz")
	require.Equal(t, 200, code)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- Run(ctx, []*Unit{u}) }()
	require.Eventually(t, func() bool { return u.State().Confirmed != "" }, 20*time.Second, 5*time.Millisecond)
	code, _ = get("/readyz")
	require.Equal(t, 200, code)
	_, text := get("/metrics")
	require.Contains(t, text, `tidemark_capture_records_total{source="pg",topic="pg.public.a"} 5`)
	require.Contains(t, text, `tidemark_capture_up{source="pg"} 1`)
	require.Contains(t, text, `tidemark_capture_confirmed_commit_timestamp_seconds{source="pg"} 1.7e+09`)
	_, text = get("/status")
	require.Contains(t, text, `"confirmed":"0/1/0"`)
	cancel()
	require.NoError(t, <-done)
}

// member is a lease that the test gives and takes.
type member struct{ got, lost chan struct{} }

func (m *member) Wait(ctx context.Context) error {
	select {
	case <-m.got:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
func (m *member) Lost() <-chan struct{} { return m.lost }
func (m *member) Close()                {}

func TestRunsOnlyWithTheLease(t *testing.T) {
	s := &scripted{runs: []func(context.Context, *publish.Publisher, *watermark.Watermark) error{waits, waits}}
	u := unit(t, "mongo", s)
	m := &member{got: make(chan struct{}), lost: make(chan struct{})}
	u.Join = func() (Membership, error) { return m, nil }
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	done := make(chan error)
	go func() { done <- Run(ctx, []*Unit{u}) }()
	require.Eventually(t, func() bool { return u.State().Phase == Standby }, 10*time.Second, time.Millisecond)
	require.Zero(t, s.started.Load())
	close(m.got)
	require.Eventually(t, func() bool { return s.started.Load() == 1 }, 10*time.Second, time.Millisecond)
	close(m.lost)
	require.Equal(t, fault.Fenced, fault.ClassOf(<-done), "one that lost it leaves the source to the other")
}
