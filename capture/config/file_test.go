package config

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

// parse runs kong as the program does, with an environment of the test's own.
func parse(t *testing.T, text string, env map[string]string, args ...string) (*Settings, *File, error) {
	t.Helper()
	for name, v := range env {
		t.Setenv(name, v)
	}
	path := filepath.Join(t.TempDir(), "capture.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	var s Settings
	f := NewFile()
	k, err := kong.New(&s, kong.Configuration(f.Load), kong.Exit(func(int) { t.Fatal("exit") }))
	require.NoError(t, err)
	_, err = k.Parse(append([]string{"--config", path}, args...))
	return &s, f, err
}

const sample = `
contracts: here
kafka: {brokers: ["a:1", "b:2"], partitions: 8, linger: 7ms, batch: 64KiB, inflight: 1048576, tls: true, user: u, password: "${PW}"}
http: 127.0.0.1:1
log: {level: debug}
sources:
  pg:    {kind: postgresql, url: "${PG:-postgres://localhost/shop}", heartbeat: 3s}
  mongo: {kind: mongodb, url: "mongodb://${HOST}/?a=$$b"}
`

func TestFileFillsSettingsAndSources(t *testing.T) {
	s, f, err := parse(t, sample, map[string]string{"PW": `p"w: 'x'`, "HOST": "h:27017"})
	require.NoError(t, err)
	require.Equal(t, "here", s.Contracts)
	require.Equal(t, []string{"a:1", "b:2"}, s.Kafka.Brokers)
	require.Equal(t, 8, s.Kafka.Partitions)
	require.Equal(t, 7*time.Millisecond, s.Kafka.Linger)
	require.Equal(t, Size(64<<10), s.Kafka.Batch)
	require.Equal(t, Size(1<<20), s.Kafka.Inflight)
	require.True(t, s.Kafka.TLS)
	require.Equal(t, `p"w: 'x'`, s.Kafka.Password, "a value cannot break out of its place")
	require.Equal(t, "DEBUG", s.Log.Level.String())
	require.Equal(t, []Source{
		{Name: "mongo", Kind: MongoDB, URL: "mongodb://h:27017/?a=$b"},
		{Name: "pg", Kind: PostgreSQL, URL: "postgres://localhost/shop", Publication: "tidemark", Slot: "tidemark_pg", Heartbeat: 3 * time.Second},
	}, f.Sources)
}

func TestFlagsBeforeEnvironmentBeforeFile(t *testing.T) {
	env := map[string]string{"PW": "x", "HOST": "h", "TIDEMARK_KAFKA_BROKERS": "env:1", "TIDEMARK_CONTRACTS": "env"}
	s, _, err := parse(t, sample, env, "--contracts", "flag")
	require.NoError(t, err)
	require.Equal(t, "flag", s.Contracts)
	require.Equal(t, []string{"env:1"}, s.Kafka.Brokers)
	require.Equal(t, 8, s.Kafka.Partitions, "neither flag nor environment has it")
}

func TestFileRefusals(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"misspelt":          {"kafka: {broker: [a]}", "broker"},
		"misspelt source":   {"sources: {pg: {kind: postgresql, url: u, slots: s}}", "slots"},
		"unknown kind":      {"sources: {pg: {kind: oracle, url: u}}", "oracle"},
		"no url":            {"sources: {pg: {kind: postgresql}}", "url"},
		"mongo with a slot": {"sources: {m: {kind: mongodb, url: u, slot: s}}", "slot"},
		"mongo's workers":   {"sources: {m: {kind: mongodb, url: u, workers: 2}}", "workers"},
		"standby of pg":     {"sources: {pg: {kind: postgresql, url: u, standby: false}}", "standby"},
		"dot in a name":     {`sources: {"a.b": {kind: mongodb, url: u}}`, "topic names"},
		"missing variable":  {`sources: {pg: {kind: postgresql, url: "${NOT_THERE_AT_ALL}"}}`, "NOT_THERE_AT_ALL"},
		"not YAML":          {"kafka: [", "configuration file"},
		"bad size":          {"kafka: {batch: much}", "size"},
		"zero size":         {"kafka: {batch: 0}", "size"},
	} {
		_, _, err := parse(t, test.text, nil)
		require.ErrorContains(t, err, test.want, name)
	}
}

func TestEmptyFileIsDefaults(t *testing.T) {
	s, f, err := parse(t, "", nil)
	require.NoError(t, err)
	require.Equal(t, Size(512<<10), s.Kafka.Batch)
	require.Equal(t, 5*time.Millisecond, s.Kafka.Linger)
	require.Empty(t, f.Sources)
}

func TestSourcesDefaultToTheEnvironment(t *testing.T) {
	env := map[string]string{"TIDEMARK_POSTGRES_URL": "postgres://x/y"}
	f := &File{lookup: func(name string) (string, bool) { v, ok := env[name]; return v, ok }}
	f.Defaults()
	require.Equal(t, []Source{{Name: "pg", Kind: PostgreSQL, URL: "postgres://x/y", Publication: "tidemark", Slot: "tidemark_pg"}}, f.Sources)
	f.Sources = f.Sources[:0]
	f.Sources = append(f.Sources, Source{Name: "other"})
	f.Defaults()
	require.Len(t, f.Sources, 1, "a file with sources is complete")
}

func TestRedactHidesPasswords(t *testing.T) {
	for _, raw := range []string{
		"postgres://u:sesame@h:1/db?sslmode=disable", "mongodb://u:sesame@h/?a=b",
		"postgres:///db?host=/run&password=sesame&user=u", "://sesame",
	} {
		require.NotContains(t, Redact(raw), "sesame", raw)
	}
	require.Contains(t, Redact("postgres://u:sesame@h:1/db"), "h:1/db")
}

func TestSASLNeedsAUser(t *testing.T) {
	k := Kafka{SASL: "plain"}
	_, err := k.Publish("pg")
	require.ErrorContains(t, err, "user")
	k = Kafka{CA: "x.pem"}
	_, err = k.Publish("pg")
	require.ErrorContains(t, err, "without kafka tls")
}
