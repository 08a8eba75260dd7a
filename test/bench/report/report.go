// Package report holds what was measured and prints it, losses as plainly as wins.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/tidemark-cdc/tidemark/test/bench/meter"
)

// Report is one run of the benchmark.
type Report struct {
	Time    time.Time `json:"time"`
	Machine Machine   `json:"machine"`
	Command string    `json:"command"`
	// Backlogs describe what was drained.
	Backlogs []Backlog `json:"backlogs,omitempty"`
	Drains   []Drain   `json:"drains,omitempty"`
	Delays   []Delay   `json:"delays,omitempty"`
	Notes    []string  `json:"notes,omitempty"`
}

// Backlog is a load that lies ready in a slot.
type Backlog struct {
	Name         string  `json:"name"`
	Changes      int64   `json:"changes"`
	Transactions int64   `json:"transactions"`
	WAL          int64   `json:"wal_bytes"`
	Seconds      float64 `json:"made_in_s"`
	// ValueBytes is the mean size of the records' values in the topic; 0 until captured.
	ValueBytes float64 `json:"value_bytes,omitempty"`
}

// Drain is a program that worked off a load.
type Drain struct {
	Stage   string `json:"stage"` // capture, sink
	Case    string `json:"case"`  // what was drained, and how
	Program string `json:"program"`
	// Ceiling marks what others of the same stage and case are compared with.
	Ceiling bool    `json:"ceiling"`
	Rows    int64   `json:"rows"`
	Seconds float64 `json:"seconds"`         // from the first row to the last
	Startup float64 `json:"startup_s"`       // from the start of the process to the first row
	Rate    float64 `json:"rows_per_second"` // over Seconds
	Ratio   float64 `json:"ratio,omitempty"` // to the ceiling's rate; 0: nothing to compare with
	// Best is the ratio to the fastest of all that only read: the ceiling may not be the
	// highest that there is.
	Best float64 `json:"ratio_to_fastest,omitempty"`
	CPU  float64 `json:"cpu_s_per_million"` // of the program, its start-up included
	// Server is the same of the server that it works with: the walsender, ClickHouse.
	Server float64 `json:"server_cpu_s_per_million"`
	// Broker is the same of the Kafka broker.
	Broker float64 `json:"broker_cpu_s_per_million,omitempty"`
	PeakMB float64 `json:"peak_rss_mb"` // of the program
	// Others is the share of the machine's CPU time that went to programs that have nothing
	// to do with the measurement.
	Others float64 `json:"others_cpu_share"`
	// BatchRows is the mean number of rows of an insert into ClickHouse.
	BatchRows float64 `json:"rows_per_insert,omitempty"`
}

// Measure is what a drain's figures are made of.
type Measure struct {
	Rows             int64 // whole load
	Counted          int64 // rows that came during Elapsed; fewer when the first look found some already
	Elapsed, Startup time.Duration
	Program          meter.Usage
	Server, Broker   time.Duration
	Noise            meter.Noise // from the begin of all
}

// Set fills in the figures.
func (d *Drain) Set(m Measure) {
	perMillion := func(t time.Duration) float64 { return t.Seconds() * 1e6 / float64(m.Rows) }
	d.Rows, d.Seconds, d.Startup = m.Rows, m.Elapsed.Seconds(), m.Startup.Seconds()
	d.Rate = float64(m.Counted) / m.Elapsed.Seconds()
	d.CPU, d.Server, d.Broker = perMillion(m.Program.CPU), perMillion(m.Server), perMillion(m.Broker)
	d.PeakMB = float64(m.Program.Peak) / 1e6
	d.Others = m.Noise.Others(m.Program.CPU + m.Server + m.Broker)
}

// Delay is how long changes took from their commit at a steady rate, in milliseconds.
type Delay struct {
	Case    string  `json:"case"`
	To      string  `json:"to"` // where they were seen
	Rate    float64 `json:"changes_per_second"`
	Changes int     `json:"changes"` // that were timed
	Lost    int     `json:"lost"`    // that were not seen in time
	P50     float64 `json:"p50_ms"`
	P90     float64 `json:"p90_ms"`
	P99     float64 `json:"p99_ms"`
	Max     float64 `json:"max_ms"`
	// Busy is the share of the machine's CPU time that was used, by whomever.
	Busy float64 `json:"machine_busy_share"`
	// Cores are how many cores each program kept busy.
	Cores map[string]float64 `json:"cores"`
}

// Compare sets each drain's ratios to the ceiling of its stage and case, and to the
// fastest there that is not ours.
func (r *Report) Compare() {
	for i := range r.Drains {
		d := &r.Drains[i]
		d.Ratio, d.Best = 0, 0
		ceiling, fastest := r.bounds(d)
		if ceiling > 0 && !d.Ceiling {
			d.Ratio = d.Rate / ceiling
		}
		if fastest > 0 && d.Own() {
			d.Best = d.Rate / fastest
		}
	}
}

// bounds are rates; of the drains that were repeated, the mean.
func (r *Report) bounds(of *Drain) (ceiling, fastest float64) {
	sums, counts := map[string]float64{}, map[string]float64{}
	for _, d := range r.Drains {
		if d.Stage == of.Stage && d.Case == of.Case && !d.Own() {
			sums[d.Program] += d.Rate
			counts[d.Program]++
			if d.Ceiling {
				ceiling = sums[d.Program] / counts[d.Program]
			}
		}
	}
	for name, sum := range sums {
		fastest = max(fastest, sum/counts[name])
	}
	return ceiling, fastest
}

// JSON writes the report for programs.
func (r *Report) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
