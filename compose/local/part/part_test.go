package part

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

func newSite(t *testing.T) *site.Site {
	t.Helper()
	s, err := site.Open(site.Options{Dir: t.TempDir(), Bin: t.TempDir(), Contracts: "/some/contracts"})
	require.NoError(t, err)
	return s
}

func TestSelectAddsWhatIsNeededInStartingOrder(t *testing.T) {
	parts, err := Select([]string{"capture"})
	require.NoError(t, err)
	require.Equal(t, []string{"postgres", "kafka", "mongo", "capture"}, Names(parts))
	parts, err = Select(nil)
	require.NoError(t, err)
	require.Equal(t, []string{"postgres", "kafka", "mongo", "clickhouse", "capture", "sink"}, Names(parts))
}

func TestSelectRefusesAnUnknownName(t *testing.T) {
	_, err := Select([]string{"postgres", "oracle"})
	var unknown *UnknownError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, "oracle", unknown.Name)
	require.ErrorContains(t, err, "postgres, kafka")
}

func TestEveryPartComesAfterWhatItNeeds(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range All() {
		for _, n := range p.Needs {
			require.True(t, seen[n], "%s needs %s", p.Name, n)
		}
		seen[p.Name] = true
	}
}

func TestConfigurationOfCapture(t *testing.T) {
	s := newSite(t)
	var c struct {
		Contracts string
		Kafka     struct {
			Brokers    []string
			Partitions int
		}
		HTTP    string
		Sources map[string]struct{ Kind, URL, Publication, Slot string }
	}
	require.NoError(t, yaml.Unmarshal([]byte(captureYAML(s, site.Capture)), &c))
	require.Equal(t, "/some/contracts", c.Contracts)
	require.Equal(t, []string{"127.0.0.1:19092"}, c.Kafka.Brokers)
	require.Equal(t, 2, c.Kafka.Partitions)
	require.Equal(t, "127.0.0.1:18180", c.HTTP)
	require.Equal(t, "postgresql", c.Sources["pg"].Kind)
	require.Equal(t, "${TIDEMARK_POSTGRES_URL}", c.Sources["pg"].URL)
	require.Equal(t, "mongodb", c.Sources["mongo"].Kind)
}

func TestConfigurationOfSink(t *testing.T) {
	s := newSite(t)
	var c struct {
		Contracts  string
		Kafka      struct{ Group string }
		ClickHouse struct{ Addr, User, Password string } `yaml:"clickhouse"`
		HTTP       string
	}
	require.NoError(t, yaml.Unmarshal([]byte(sinkYAML(s, site.Sink)), &c))
	require.Equal(t, "tidemark-sink", c.Kafka.Group)
	require.Equal(t, "127.0.0.1:19000", c.ClickHouse.Addr)
	require.Equal(t, "${TIDEMARK_CLICKHOUSE_PASSWORD}", c.ClickHouse.Password)
}

func TestNoConfigurationHoldsAPassword(t *testing.T) {
	s := newSite(t)
	for _, text := range []string{captureYAML(s, site.Capture), sinkYAML(s, site.Sink), clickhouseXML(s), clickhouseUsersXML(s), kafkaProperties(s)} {
		for _, secret := range []string{s.Secrets.Postgres, s.Secrets.Capture, s.Secrets.Mongo, s.Secrets.ClickHouse, s.Secrets.BI,
			s.Secrets.PostgresReconcile, s.Secrets.ClickHouseReconcile, s.Secrets.ClickHouseDags} {
			require.NotContains(t, text, secret)
		}
	}
}

func TestClickHouseConfigurationIsXML(t *testing.T) {
	s := newSite(t)
	for _, text := range []string{clickhouseXML(s), clickhouseUsersXML(s)} {
		d := xml.NewDecoder(strings.NewReader(text))
		for {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
		}
	}
}

func TestEverythingListensOnLoopbackOnly(t *testing.T) {
	s := newSite(t)
	require.Contains(t, kafkaProperties(s), "listeners=PLAINTEXT://127.0.0.1:19092,CONTROLLER://127.0.0.1:19093")
	require.Contains(t, postgresSettings(s), "listen_addresses=127.0.0.1")
	for name := range s.Ports.Number {
		require.True(t, strings.HasPrefix(s.Ports.Addr(name), "127.0.0.1:"))
	}
}

func TestAProgramThatIsNotBuiltIsSkipped(t *testing.T) {
	s := newSite(t)
	require.ErrorIs(t, sink(site.Sink).Prepare(t.Context(), s), ErrAbsent)
}

// program puts a shell script in the place of one of our programs; it notes its arguments and one variable.
func program(t *testing.T, s *site.Site, name string, exit string) {
	t.Helper()
	script := "#!/bin/sh\necho " + name + " $* user=${TIDEMARK_CLICKHOUSE_USER} >> " + s.Path("calls") + "\necho said by " + name + "\nexit " + exit + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(s.Bin, name), []byte(script), 0o755))
}

func TestAServiceIsPreparedInOrder(t *testing.T) {
	s := newSite(t)
	program(t, s, "sink", "0")
	program(t, s, "aggregate", "0")
	require.NoError(t, sink(site.Sink).Prepare(t.Context(), s))
	calls, err := os.ReadFile(s.Path("calls"))
	require.NoError(t, err)
	require.Equal(t, "sink migrate --config sink.yaml user=tidemark\naggregate apply --stopped --config sink.yaml user=tidemark\n", string(calls))
	log, err := os.ReadFile(s.Log("sink"))
	require.NoError(t, err)
	require.Contains(t, string(log), "said by aggregate")
}

func TestAFailedPreparationSaysWhat(t *testing.T) {
	s := newSite(t)
	program(t, s, "sink", "1")
	require.ErrorContains(t, sink(site.Sink).Prepare(t.Context(), s), "sink migrate --config sink.yaml: exit status 1: said by sink")
}

func TestTheShopIsMadeForItsOwnContractsOnly(t *testing.T) {
	s := newSite(t)
	program(t, s, "shop", "0")
	program(t, s, "capture", "0")
	require.NoError(t, capture(site.Capture).Prepare(t.Context(), s))
	calls, err := os.ReadFile(s.Path("calls"))
	require.NoError(t, err)
	require.NotContains(t, string(calls), "shop")

	s.Contracts = s.ShopContracts()
	require.NoError(t, capture(site.Capture).Prepare(t.Context(), s))
	calls, err = os.ReadFile(s.Path("calls"))
	require.NoError(t, err)
	require.Contains(t, string(calls), "shop init")
}

func TestCaptureRunsAsItsOwnRole(t *testing.T) {
	s := newSite(t)
	spec, err := capture(site.Capture).Spec(s)
	require.NoError(t, err)
	last := ""
	for _, v := range spec.Env {
		if strings.HasPrefix(v, "TIDEMARK_POSTGRES_URL=") {
			last = v
		}
	}
	require.Contains(t, last, "postgres://capture:"+s.Secrets.Capture+"@")
}
