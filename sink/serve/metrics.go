// Package serve answers /metrics, /healthz and /readyz.
package serve

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Metrics are the sink's.
type Metrics struct {
	registry *prometheus.Registry

	records, rows, bytes, batches, inserts *prometheus.CounterVec
	deadLetters, retries, errors           *prometheus.CounterVec
	batchRows, insertSeconds               *prometheus.HistogramVec
	lagRecords, lagSeconds, stopped        *prometheus.GaugeVec
	generation, partitions                 prometheus.Gauge
}

// NewMetrics registers them with a registry of their own, beside Go's and the process's.
func NewMetrics() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tidemark_sink_" + name, Help: help}, labels)
		m.registry.MustRegister(v)
		return v
	}
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "tidemark_sink_" + name, Help: help}, labels)
		m.registry.MustRegister(v)
		return v
	}
	histogram := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "tidemark_sink_" + name, Help: help, Buckets: buckets}, labels)
		m.registry.MustRegister(v)
		return v
	}
	m.records = counter("records_total", "Records read and applied, by what they were.", "topic", "partition", "kind")
	m.rows = counter("rows_total", "Rows inserted into raw.", "topic", "partition")
	m.bytes = counter("bytes_total", "Bytes of keys and values read and applied.", "topic", "partition")
	m.batches = counter("batches_total", "Batches applied.", "topic", "partition")
	m.inserts = counter("inserts_total", "Blocks sent to ClickHouse, retries included.", "topic", "partition")
	m.deadLetters = counter("dead_letters_total", "Records that make no row, by reason.", "topic", "reason")
	m.retries = counter("retries_total", "Attempts that failed and were made again, by what was tried.", "attempt")
	m.errors = counter("errors_total", "Failures, by class.", "class")
	m.batchRows = histogram("batch_rows", "Rows of a batch.", prometheus.ExponentialBuckets(1, 4, 10), "topic")
	m.insertSeconds = histogram("insert_seconds", "Time of one insert.", prometheus.ExponentialBuckets(0.004, 2, 14), "topic")
	m.lagRecords = gauge("lag_records", "Offsets that the partition holds beyond what was read.", "topic", "partition")
	m.lagSeconds = gauge("lag_seconds", "Age at its insert of the oldest change of the last batch, by its commit time; 0 when idle.", "topic", "partition")
	m.stopped = gauge("stopped", "1 for a partition that waits for an operator.", "topic", "partition")
	m.generation = gauge("group_generation", "Generation of the consumer group.").WithLabelValues()
	m.partitions = gauge("assigned_partitions", "Partitions that this process works on.").WithLabelValues()
	return m
}

// Joined notes a generation.
func (m *Metrics) Joined(generation, partitions int) {
	m.generation.Set(float64(generation))
	m.partitions.Set(float64(partitions))
}

// Retried notes an attempt that failed and is made again.
func (m *Metrics) Retried(attempt string) { m.retries.WithLabelValues(attempt).Inc() }

// Failed notes a failure of a class.
func (m *Metrics) Failed(class string) { m.errors.WithLabelValues(class).Inc() }

// Dead notes a dead letter.
func (m *Metrics) Dead(topic, reason string) { m.deadLetters.WithLabelValues(topic, reason).Inc() }

// Partition are one partition's metrics, looked up once.
type Partition struct {
	Rows, Bytes, Batches, Inserts prometheus.Counter
	BatchRows, InsertSeconds      prometheus.Observer
	LagRecords, LagSeconds        prometheus.Gauge
	Stopped                       prometheus.Gauge
	// Events, Duplicates, Tombstones, Markers and Unread split the records.
	Events, Duplicates, Tombstones, Markers, Unread prometheus.Counter
}

// Partition gives the metrics of a topic-partition.
func (m *Metrics) Partition(topic string, partition int) *Partition {
	p := strconv.Itoa(partition)
	kind := func(k string) prometheus.Counter { return m.records.WithLabelValues(topic, p, k) }
	return &Partition{
		Rows: m.rows.WithLabelValues(topic, p), Bytes: m.bytes.WithLabelValues(topic, p),
		Batches: m.batches.WithLabelValues(topic, p), Inserts: m.inserts.WithLabelValues(topic, p),
		BatchRows: m.batchRows.WithLabelValues(topic), InsertSeconds: m.insertSeconds.WithLabelValues(topic),
		LagRecords: m.lagRecords.WithLabelValues(topic, p), LagSeconds: m.lagSeconds.WithLabelValues(topic, p),
		Stopped: m.stopped.WithLabelValues(topic, p),
		Events:  kind("event"), Duplicates: kind("duplicate"), Tombstones: kind("tombstone"), Markers: kind("marker"), Unread: kind("unread"),
	}
}

// Lost takes back the gauges of a partition that another member works on now.
func (m *Metrics) Lost(topic string, partition int) {
	p := strconv.Itoa(partition)
	m.lagRecords.DeleteLabelValues(topic, p)
	m.lagSeconds.DeleteLabelValues(topic, p)
	m.stopped.DeleteLabelValues(topic, p)
}
