package serve

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/publish"
)

// Metrics are what /metrics shows of all sources. A nil *Metrics counts nothing.
type Metrics struct {
	records, bytes, batches, retries, marks, failures *prometheus.CounterVec
	changes, read, rows                               *prometheus.CounterVec
	behind, age                                       *prometheus.GaugeVec
	took                                              *prometheus.HistogramVec
}

// NewMetrics registers the counters.
func NewMetrics(r prometheus.Registerer) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "tidemark", Subsystem: "capture", Name: name, Help: help}, labels)
		r.MustRegister(c)
		return c
	}
	gauge := func(name, help string) *prometheus.GaugeVec {
		g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "tidemark", Subsystem: "capture", Name: name, Help: help}, []string{"source"})
		r.MustRegister(g)
		return g
	}
	m := &Metrics{
		records:  counter("records_total", "Records acknowledged by the brokers.", "source", "topic"),
		bytes:    counter("bytes_total", "Bytes of acknowledged batches.", "source", "topic"),
		batches:  counter("batches_total", "Batches acknowledged.", "source", "topic"),
		retries:  counter("retries_total", "Attempts that failed and were repeated, by Kafka's code; -1: no answer.", "source", "topic", "code"),
		marks:    counter("watermarks_total", "Watermarks acknowledged.", "source"),
		failures: counter("failures_total", "Ends of a source's run, by the class of the error.", "source", "class"),
		changes:  counter("changes_total", "Changes read from the source.", "source"),
		read:     counter("read_bytes_total", "Bytes of the source's stream.", "source"),
		rows:     counter("snapshot_rows_total", "Rows that snapshots read and published.", "source"),
		behind:   gauge("source_behind_bytes", "What the source keeps because it is not confirmed yet."),
		age:      gauge("source_age_seconds", "Age of the last commit read, by the source's clock."),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "tidemark", Subsystem: "capture", Name: "batch_seconds",
			Help: "From a batch's first sending to its acknowledgement.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 16)}, []string{"source"}),
	}
	r.MustRegister(m.took)
	return m
}

func (m *Metrics) failed(source string, class fault.Class) {
	if m != nil {
		m.failures.WithLabelValues(source, string(class)).Inc()
	}
}

func (m *Metrics) observer(source string) publish.Observer {
	if m == nil {
		return nil
	}
	return &observer{m, source}
}

// observer counts one source's publishing.
type observer struct {
	*Metrics
	source string
}

func (o *observer) Acked(topic string, _, records, bytes int, took time.Duration) {
	o.records.WithLabelValues(o.source, topic).Add(float64(records))
	o.bytes.WithLabelValues(o.source, topic).Add(float64(bytes))
	o.batches.WithLabelValues(o.source, topic).Inc()
	o.took.WithLabelValues(o.source).Observe(took.Seconds())
}

func (o *observer) Retried(topic string, _, code int) {
	o.retries.WithLabelValues(o.source, topic, strconv.Itoa(code)).Inc()
}

func (o *observer) Marked(publish.Point) { o.marks.WithLabelValues(o.source).Inc() }
