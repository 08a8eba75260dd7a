package serve

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func get(t *testing.T, h http.Handler, path string) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	body, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	return w.Code, string(body)
}

func TestReadyOnlyWhileNothingWaitsForAnOperator(t *testing.T) {
	m, health := NewMetrics(), new(Health)
	h := Handler(m, health)
	code, _ := get(t, h, "/healthz")
	require.Equal(t, http.StatusOK, code)
	code, _ = get(t, h, "/readyz")
	require.Equal(t, http.StatusServiceUnavailable, code, "not joined yet")
	health.Joined()
	code, _ = get(t, h, "/readyz")
	require.Equal(t, http.StatusOK, code)
	health.Stop("t/0", errors.New("retention"))
	code, body := get(t, h, "/readyz")
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.Contains(t, body, "t/0: retention")
	health.Start("t/0")
	code, _ = get(t, h, "/readyz")
	require.Equal(t, http.StatusOK, code)
}

func TestMetricsOfAPartition(t *testing.T) {
	m := NewMetrics()
	p := m.Partition("t", 3)
	p.Rows.Add(7)
	p.LagRecords.Set(9)
	m.Joined(4, 2)
	m.Dead("t", "range")
	_, body := get(t, Handler(m, new(Health)), "/metrics")
	require.Contains(t, body, `tidemark_sink_rows_total{partition="3",topic="t"} 7`)
	require.Contains(t, body, `tidemark_sink_lag_records{partition="3",topic="t"} 9`)
	require.Contains(t, body, "tidemark_sink_group_generation 4")
	require.Contains(t, body, `tidemark_sink_dead_letters_total{reason="range",topic="t"} 1`)
	m.Lost("t", 3)
	_, body = get(t, Handler(m, new(Health)), "/metrics")
	require.NotContains(t, body, "tidemark_sink_lag_records{", "another member reports it now")
}
