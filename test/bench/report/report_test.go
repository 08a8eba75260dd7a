package report

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/test/bench/meter"
)

func example() *Report {
	r := &Report{Drains: []Drain{
		{Stage: Capture, Case: "A, tcp", Program: "pg_recvlogical", Ceiling: true, Rate: 100_000},
		{Stage: Capture, Case: "A, tcp", Program: "capture", Rate: 69_000, CPU: 7, PeakMB: 151},
		{Stage: Capture, Case: "A, unix", Program: "pg_recvlogical", Ceiling: true, Rate: 200_000},
		{Stage: Capture, Case: "A, unix", Program: "capture", Rate: 141_000, CPU: 5, PeakMB: 90},
		{Stage: Sink, Case: "raw", Program: "sink", Rate: 141_000, CPU: 5, PeakMB: 90},
	}}
	r.Compare()
	return r
}

func TestEachIsComparedWithItsOwnCeiling(t *testing.T) {
	r := example()
	require.InDelta(t, 0.69, r.Drains[1].Ratio, 1e-9)
	require.InDelta(t, 0.705, r.Drains[3].Ratio, 1e-9)
	require.Zero(t, r.Drains[0].Ratio)
	require.Zero(t, r.Drains[4].Ratio, "no ceiling of its stage")
	r.Drains = append(r.Drains, Drain{Stage: Capture, Case: "A, unix", Program: "minimal reader", Rate: 282_000})
	r.Compare()
	require.InDelta(t, 0.705, r.Drains[3].Ratio, 1e-9)
	require.InDelta(t, 0.5, r.Drains[3].Best, 1e-9, "a faster reader is no ceiling but is not hidden")
}

func TestLossesArePrinted(t *testing.T) {
	r := example()
	require.Equal(t, []string{"rate", "CPU", "memory"}, r.Drains[1].Missed())
	require.Empty(t, r.Drains[3].Missed())
	require.Equal(t, []string{"rate", "CPU"}, r.Drains[4].Missed(), "the sink may use less CPU; without a ceiling nothing is proven")
	for _, markdown := range []bool{false, true} {
		var out bytes.Buffer
		r.Print(&out, markdown)
		require.Contains(t, out.String(), "MISSED: rate, CPU, memory")
		require.Contains(t, out.String(), "0.69x")
	}
}

func TestRateCountsOnlyWhatCameWhileTheClockRan(t *testing.T) {
	var d Drain
	d.Set(Measure{Rows: 1000, Counted: 900, Elapsed: 3 * time.Second, Program: meter.Usage{CPU: time.Millisecond, Peak: 5e6}, Server: 2 * time.Millisecond})
	require.InDelta(t, 300, d.Rate, 1e-9)
	require.InDelta(t, 1, d.CPU, 1e-9)
	require.InDelta(t, 2, d.Server, 1e-9)
	require.InDelta(t, 5, d.PeakMB, 1e-9)
}
