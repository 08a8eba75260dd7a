package part

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// On a proxied site our programs know no server by its own address: what they know
// they could go to past the proxy. The broker above all tells its clients where to go.
func TestProgramsOfAProxiedSiteKnowProxiesOnly(t *testing.T) {
	s := newSite(t)
	s.Proxied = true
	env := func(p Part) string {
		spec, err := p.Spec(s)
		require.NoError(t, err)
		last := map[string]string{} // of two with the same name the last one counts
		for _, v := range spec.Env {
			name, value, _ := strings.Cut(v, "=")
			last[name] = value
		}
		return last["TIDEMARK_POSTGRES_URL"] + " " + last["TIDEMARK_MONGO_URL"] + " " + last["TIDEMARK_KAFKA_BROKERS"] + " " + last["TIDEMARK_CLICKHOUSE_ADDR"]
	}
	told := captureYAML(s, site.Capture) + env(capture(site.Capture))
	for _, server := range []string{site.Postgres, site.Mongo, site.Kafka} {
		require.NotContains(t, told, s.Ports.Addr(server))
		require.Contains(t, told, s.Reach(site.Capture, server))
	}
	told = sinkYAML(s, site.Sink) + env(sink(site.Sink))
	require.NotContains(t, told, s.Ports.Addr(site.Kafka))
	require.NotContains(t, told, s.Ports.Addr(site.ClickHouse))

	listeners := kafkaProperties(s)
	require.Contains(t, listeners, "SINK://"+s.Behind(site.Sink, site.Kafka)+"\n")
	require.Contains(t, listeners, "SINK://"+s.Reach(site.Sink, site.Kafka)+"\n")
}

func TestExtraPartsRunOnlyWhenTheyAreNamed(t *testing.T) {
	all, err := Select(nil)
	require.NoError(t, err)
	require.NotContains(t, Names(all), site.Standby)
	some, err := Select([]string{site.Standby, site.Sink2})
	require.NoError(t, err)
	require.Equal(t, []string{"postgres", "kafka", "mongo", "clickhouse", site.Standby, site.Sink2}, Names(some))
}
