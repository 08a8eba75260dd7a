package serve

import "github.com/prometheus/client_golang/prometheus"

// gauges reads the sources' states when somebody scrapes.
type gauges struct {
	units                          []*Unit
	up, inflight, commit, restarts *prometheus.Desc
}

// NewGauges shows the states of units.
func NewGauges(units []*Unit) prometheus.Collector {
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("tidemark_capture_"+name, help, []string{"source"}, nil)
	}
	return &gauges{units: units,
		up:       desc("up", "1 while the source's stream runs."),
		inflight: desc("in_flight_bytes", "Bytes appended and not yet acknowledged."),
		commit:   desc("confirmed_commit_timestamp_seconds", "Commit time, at the source, of the last watermark: its age is the lag of a source that is written to."),
		restarts: desc("restarts", "Times that the source was started again."),
	}
}

// Describe lists the gauges.
func (g *gauges) Describe(c chan<- *prometheus.Desc) {
	c <- g.up
	c <- g.inflight
	c <- g.commit
	c <- g.restarts
}

// Collect reads the states.
func (g *gauges) Collect(c chan<- prometheus.Metric) {
	for _, u := range g.units {
		s := u.State()
		up := 0.0
		if s.Phase == Running {
			up = 1
		}
		gauge := func(d *prometheus.Desc, v float64) {
			c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, s.Source)
		}
		gauge(g.up, up)
		gauge(g.inflight, float64(s.InFlight))
		gauge(g.restarts, float64(s.Restarts))
		if !s.CommitTime.IsZero() {
			gauge(g.commit, float64(s.CommitTime.UnixMicro())/1e6)
		}
	}
}
