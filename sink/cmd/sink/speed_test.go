package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSpeed measures a backlog of TIDEMARK_BENCH records of 600 bytes: what the sink
// needs for it, not what the servers do.
func TestSpeed(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("TIDEMARK_BENCH"))
	if n == 0 {
		t.Skip("TIDEMARK_BENCH is not set")
	}
	b := newBench(t, 9)
	b.src.Pad = 190
	began := time.Now()
	for made := 0; made < n; made += 1000 {
		b.src.Commit(1000, b.topic.Put)
		if b.topic.Full() {
			require.NoError(t, b.topic.Flush(t.Context()))
		}
	}
	require.NoError(t, b.topic.Flush(t.Context()))
	t.Logf("produced %d records in %s", n, time.Since(began).Round(time.Millisecond))

	began = time.Now()
	sink := b.start(1, append([]string{"--batch-age", "500ms", "--http", "127.0.0.1:38473"}, strings.Fields(os.Getenv("TIDEMARK_BENCH_FLAGS"))...)...)
	require.NoError(t, b.topic.Applied(t.Context(), b.ch))
	took := time.Since(began)
	bytes := metricSum("127.0.0.1:38473", "tidemark_sink_bytes_total")
	records := metricSum("127.0.0.1:38473", "tidemark_sink_records_total")
	batches := metricSum("127.0.0.1:38473", "tidemark_sink_batches_total")
	rss := largest(t, sink.Process.Pid)
	b.stop(sink)
	cpu := sink.ProcessState.UserTime() + sink.ProcessState.SystemTime()
	t.Logf("%.0f records of %.0f bytes, %d rows in %.0f batches: %s = %.0f records/s; CPU %s = %.2f s per 1M; largest RSS %d MB",
		records, bytes/records, b.src.Signed, batches, took.Round(time.Millisecond), records/took.Seconds(), cpu, cpu.Seconds()/records*1e6, rss>>10)
	require.NoError(t, b.src.Check(t.Context(), b.ch))
}

// largest is the most memory that a process had resident, in KiB. (What wait reports
// includes this test's own at the fork.)
func largest(t *testing.T, pid int) (kib int) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	_, err = fmt.Sscanf(string(text[strings.Index(string(text), "VmHWM:"):]), "VmHWM: %d", &kib)
	require.NoError(t, err)
	return kib
}
