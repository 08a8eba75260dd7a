package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
	"github.com/tidemark-cdc/tidemark/sink/sinktest"
)

// bench is a topic, its tables and the sinks between them. It needs the servers that the
// environment names (make env).
type bench struct {
	t       *testing.T
	src     *sinktest.Source
	topic   *sinktest.Topic
	ch      *clickhouse.Conn
	program string
	args    []string
	dir     string
}

func newBench(t *testing.T, seed uint64) *bench {
	brokers := os.Getenv("TIDEMARK_KAFKA_BROKERS")
	if brokers == "" || testing.Short() {
		t.Skip("TIDEMARK_KAFKA_BROKERS is not set")
	}
	b := &bench{t: t, ch: clickhousetest.Connect(t), dir: t.TempDir()}
	name := fmt.Sprintf("t%d_%d", os.Getpid(), time.Now().UnixNano()%1_000_000_000)
	b.src = sinktest.NewSource(name, 4, seed)
	require.NoError(t, os.WriteFile(filepath.Join(b.dir, "contract.yaml"), []byte(sinktest.Contract(name)), 0o644))
	transport := &kafka.Transport{MetadataTTL: 500 * time.Millisecond}
	t.Cleanup(transport.CloseIdleConnections)
	client := &kafka.Client{Addr: kafka.TCP(strings.Split(brokers, ",")...), Transport: transport}
	var err error
	b.topic, err = sinktest.Create(t.Context(), client, b.src.Topic(), b.src.Partitions, "inc1")
	require.NoError(t, err)

	b.program = filepath.Join(b.dir, "sink")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", b.program, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	b.args = []string{"--contracts", b.dir, "--kafka-group", name, "--kafka-session", "6s", "--http", "", "--log-format", "text", "--batch-age", "100ms"}
	out, err = exec.CommandContext(t.Context(), b.program, append([]string{"migrate"}, b.args...)...).CombinedOutput()
	require.NoError(t, err, string(out))
	return b
}

// start runs a sink as a process of its own; its log goes to the test's folder.
func (b *bench) start(n int, more ...string) *exec.Cmd {
	log, err := os.OpenFile(filepath.Join(b.dir, fmt.Sprintf("sink%d.log", n)), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	require.NoError(b.t, err)
	cmd := exec.Command(b.program, append(append([]string{"run", "--stop", "process"}, b.args...), more...)...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(b.t, cmd.Start())
	b.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if b.t.Failed() {
			text, _ := os.ReadFile(log.Name())
			b.t.Logf("%s:\n%s", log.Name(), last(string(text), 3000))
		}
	})
	return cmd
}

func last(s string, n int) string { return s[max(0, len(s)-n):] }

func (b *bench) produce(ctx context.Context, n int) {
	for made := 0; made < n; {
		size := 1 + rand.IntN(60)
		b.src.Commit(size, b.topic.Put)
		made += size
		if b.topic.Full() || rand.IntN(20) == 0 {
			require.NoError(b.t, b.topic.Flush(ctx))
			if rand.IntN(10) == 0 {
				require.NoError(b.t, b.topic.Again(ctx))
			}
		}
	}
	require.NoError(b.t, b.topic.Flush(ctx))
}

func (b *bench) settled(limit time.Duration) {
	ctx, cancel := context.WithTimeout(b.t.Context(), limit)
	defer cancel()
	require.NoError(b.t, b.topic.Applied(ctx, b.ch))
	require.NoError(b.t, b.src.Check(ctx, b.ch))
}

// stop asks a sink to end and waits for it.
func (b *bench) stop(cmd *exec.Cmd) {
	require.NoError(b.t, cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(b.t, cmd.Wait())
}

func TestOneSinkAppliesEveryChangeOnce(t *testing.T) {
	b := newBench(t, 1)
	b.src.Unchained = 0.2
	one := b.start(1)
	b.produce(t.Context(), 20_000)
	b.settled(time.Minute)
	b.stop(one)

	two := b.start(2) // goes on where the first one ended
	b.produce(t.Context(), 3_000)
	b.settled(time.Minute)
	b.stop(two)
}

// Sinks are killed in the middle of whatever they do. Raw, current state and the sums of
// signs are as if nothing had happened.
func TestKilledSinksLoseAndDoubleNothing(t *testing.T) {
	b := newBench(t, 2)
	b.src.Unchained = 0.1
	sinks := []*exec.Cmd{b.start(0), b.start(1)}
	for round := range 10 {
		b.produce(t.Context(), 5_000)
		switch round {
		case 1, 3: // a snapshot read again, whose end sweeps
			id := strconv.Itoa(round)
			b.src.Begin(b.topic, id, false)
			b.src.Forget(200)
			b.src.Rewrite(200)
			b.src.Snapshot(b.topic.Put)
			b.src.End(b.topic, id)
			require.NoError(t, b.topic.Flush(t.Context()))
		case 4:
			b.src.Truncate(b.topic)
			require.NoError(t, b.topic.Flush(t.Context()))
		}
		time.Sleep(time.Duration(rand.IntN(250)) * time.Millisecond) // in the middle of it
		victim := round % 2
		require.NoError(t, sinks[victim].Process.Kill())
		_ = sinks[victim].Wait()
		b.produce(t.Context(), 2_000)
		sinks[victim] = b.start(victim)
	}
	b.settled(2 * time.Minute)
	pending := 0
	for i, s := range sinks {
		b.stop(s)
		log, err := os.ReadFile(filepath.Join(b.dir, fmt.Sprintf("sink%d.log", i)))
		require.NoError(t, err)
		pending += strings.Count(string(log), "pending=true")
	}
	t.Logf("%d sealed ranges were taken over", pending)
}

func TestSinksShareTheWork(t *testing.T) {
	b := newBench(t, 3)
	sinks := []*exec.Cmd{b.start(0, "--http", "127.0.0.1:38471"), b.start(1, "--http", "127.0.0.1:38472")}
	for _, addr := range []string{"127.0.0.1:38471", "127.0.0.1:38472"} {
		// The watermarks' topic may be there or not.
		require.Eventually(t, func() bool { return metric(addr, "tidemark_sink_assigned_partitions") >= 2 }, time.Minute, 100*time.Millisecond, addr)
	}
	b.produce(t.Context(), 10_000)
	b.settled(time.Minute)
	b.stop(sinks[0])
	require.Eventually(t, func() bool { return metric("127.0.0.1:38472", "tidemark_sink_assigned_partitions") >= 4 }, time.Minute, 100*time.Millisecond)
	b.produce(t.Context(), 1_000)
	b.settled(time.Minute)
	b.stop(sinks[1])
}

// metric reads a metric without labels; -1 where it is not there.
func metric(addr, name string) float64 {
	v := -1.0
	metrics(addr, func(series string, value float64) {
		if series == name {
			v = value
		}
	})
	return v
}

// metricSum adds a metric's series.
func metricSum(addr, name string) (sum float64) {
	metrics(addr, func(series string, value float64) {
		if strings.HasPrefix(series, name+"{") {
			sum += value
		}
	})
	return sum
}

func metrics(addr string, each func(series string, value float64)) {
	res, err := http.Get("http://" + addr + "/metrics")
	if err != nil {
		return
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return
	}
	for _, line := range strings.Split(string(text), "\n") {
		at := strings.LastIndexByte(line, ' ')
		if v, err := strconv.ParseFloat(line[at+1:], 64); err == nil && at > 0 {
			each(line[:at], v)
		}
	}
}
