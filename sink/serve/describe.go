package serve

import "github.com/prometheus/client_golang/prometheus"

// Describe lists what can be counted, whether or not anything has been, for the reference.
func (m *Metrics) Describe(c chan<- *prometheus.Desc) { m.registry.Describe(c) }
