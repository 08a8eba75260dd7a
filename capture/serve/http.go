package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tidemark-cdc/tidemark/capture/fault"
)

// Handler answers /metrics, /healthz, /readyz and /status.
func Handler(units []*Unit, g prometheus.Gatherer) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(g, promhttp.HandlerOpts{}))
	// Alive means that the process answers; a source that retries is not mended by
	// killing the process that retries it.
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { ready(w, units) })
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(states(units))
	})
	return mux
}

// ready is 200 once every source streams or stands by.
func ready(w http.ResponseWriter, units []*Unit) {
	for _, s := range states(units) {
		if s.Phase != Running && s.Phase != Standby {
			http.Error(w, fmt.Sprintf("source %s: %s: %s", s.Source, s.Phase, s.LastError), http.StatusServiceUnavailable)
			return
		}
	}
	fmt.Fprintln(w, "ready")
}

func states(units []*Unit) []State {
	all := make([]State, 0, len(units))
	for _, u := range units {
		all = append(all, u.State())
	}
	return all
}

// Listen serves the handler at addr until ctx ends; stop waits for it.
func Listen(ctx context.Context, addr string, h http.Handler) (stop func(), err error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fault.New(fault.Config, "listen for metrics and health", err, "Give --http another address, or an empty one.")
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			_ = s.Close()
		}
		<-done
	}, nil
}
