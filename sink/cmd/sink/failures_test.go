package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
	"github.com/tidemark-cdc/tidemark/sink/sinktest"
)

func contracts(t *testing.T) string {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "t.yaml"), []byte(sinktest.Contract("nowhere")), 0o644))
	return dir
}

// closed is an address at which nothing listens.
func closed(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

func sink(t *testing.T, args ...string) (code int, stdout, stderr string) {
	was := patience
	patience = 300 * time.Millisecond
	defer func() { patience = was }()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var out, errout bytes.Buffer
	code = execute(ctx, args, &out, &errout)
	return code, out.String(), errout.String()
}

// Whoever starts it wrongly reads one message that says what to do.
func TestFailuresSayWhatToDo(t *testing.T) {
	broker, err := kfake.NewCluster(kfake.NumBrokers(1))
	require.NoError(t, err)
	t.Cleanup(broker.Close)
	dir, brokers := contracts(t), broker.ListenAddrs()[0]
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "sink.yaml")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		return path
	}
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no such command":        {[]string{"walk"}, exitUsage, "walk"},
		"no contracts":           {[]string{"run", "--contracts", t.TempDir(), "--http", ""}, exitUsage, "no *.yaml file found"},
		"a misspelt setting":     {[]string{"run", "-c", file("kafka: {broker: x}")}, exitUsage, "broker"},
		"a missing variable":     {[]string{"run", "-c", file("clickhouse: {password: \"${TIDEMARK_TEST_NONE}\"}")}, exitUsage, "TIDEMARK_TEST_NONE"},
		"no batches":             {[]string{"run", "--batch-rows", "0"}, exitUsage, "above zero"},
		"no broker":              {[]string{"run", "--contracts", dir, "--http", "", "--kafka-brokers", closed(t)}, exitUnreachable, "--kafka-brokers"},
		"no ClickHouse":          {[]string{"run", "--contracts", dir, "--http", "", "--kafka-brokers", brokers, "--clickhouse-addr", closed(t)}, exitUnreachable, "--clickhouse-addr"},
		"no ClickHouse, migrate": {[]string{"migrate", "--contracts", dir, "--clickhouse-addr", closed(t)}, exitUnreachable, "--clickhouse-addr"},
		"no dead letter's name":  {[]string{"deadletters", "show", "x"}, exitUsage, "topic/partition/offset"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, errout := sink(t, c.args...)
			require.Equal(t, c.code, code, errout)
			require.Contains(t, errout, c.says)
			require.NotContains(t, errout, "goroutine")
			require.Less(t, strings.Count(errout, "\n"), 8, errout)
		})
	}
}

func TestWrongPasswordAndMissingTables(t *testing.T) {
	cfg := clickhousetest.Config(t)
	broker, err := kfake.NewCluster(kfake.NumBrokers(1))
	require.NoError(t, err)
	t.Cleanup(broker.Close)
	args := []string{"run", "--contracts", contracts(t), "--http", "", "--kafka-brokers", broker.ListenAddrs()[0], "--clickhouse-addr", cfg.Addr}
	code, _, errout := sink(t, append(args, "--clickhouse-user", cfg.User, "--clickhouse-password", "wrong-secret")...)
	require.Equal(t, exitUnreachable, code, errout)
	require.Contains(t, errout, "TIDEMARK_CLICKHOUSE_PASSWORD")
	require.NotContains(t, errout, "wrong-secret")

	code, _, errout = sink(t, append(args, "--clickhouse-user", cfg.User, "--clickhouse-password", cfg.Password)...)
	require.Equal(t, exitTables, code, errout)
	require.Contains(t, errout, "sink migrate")
}

func TestHelpAndVersion(t *testing.T) {
	code, out, _ := sink(t, "--help")
	require.Zero(t, code)
	for _, word := range []string{"sink migrate --config sink.yaml", "Exit codes", "deadletters", "--batch-age"} {
		require.Contains(t, out, word)
	}
	code, out, _ = sink(t, "version")
	require.Zero(t, code)
	require.Contains(t, out, "sink ")
}
