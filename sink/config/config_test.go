package config

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

func parse(t *testing.T, file string, args ...string) (Settings, error) {
	var s Settings
	values, err := load(strings.NewReader(file), func(name string) (string, bool) {
		v, ok := map[string]string{"SECRET": `pa"ss: {`, "ROWS": "77"}[name]
		return v, ok
	})
	if err != nil {
		return s, err
	}
	k, err := kong.New(&s, kong.Resolvers(values))
	require.NoError(t, err)
	_, err = k.Parse(args)
	return s, err
}

func TestFileFlagsAndDefaults(t *testing.T) {
	s, err := parse(t, `
contracts: here
kafka: {brokers: ["a:1", "b:2"], group: g, session: 20s}
clickhouse: {addr: "c:3", password: "${SECRET}"}
batch: {rows: "${ROWS}", bytes: 8MiB, age: 50ms}
http: ""
sources: {pg: {kind: postgresql}}
`, "--kafka-group", "flag", "--batch-memory", "1GiB")
	require.NoError(t, err)
	require.Equal(t, []string{"a:1", "b:2"}, s.Kafka.Brokers)
	require.Equal(t, "flag", s.Kafka.Group, "flags come first")
	require.Equal(t, "20s", s.Kafka.Session.String())
	require.Equal(t, `pa"ss: {`, s.ClickHouse.Password)
	require.Equal(t, 77, s.Batch.Rows)
	require.EqualValues(t, 8<<20, s.Batch.Bytes)
	require.EqualValues(t, 1<<30, s.Batch.Memory)
	require.Equal(t, "table", s.Stop)
	require.NoError(t, s.Check())
	l := s.Batch.Limits()
	require.Equal(t, 77, l.Rows)
	require.Equal(t, "50ms", l.Age.String())
}

func TestFileRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, file := range []string{"kafka: {brokerz: x}", "colour: red", "kafka: {user: \"${MISSING}\"}", "batch: [", "batch: {rows: x}"} {
		_, err := parse(t, file)
		require.Error(t, err, file)
	}
}

func TestParseSize(t *testing.T) {
	for text, want := range map[string]Size{"1": 1, "64KiB": 64 << 10, "2 MiB": 2 << 20, "1GiB": 1 << 30} {
		got, err := ParseSize(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"", "0", "-1", "1.5MiB", "9999999999GiB", "MiB"} {
		_, err := ParseSize(text)
		require.Error(t, err, text)
	}
}
