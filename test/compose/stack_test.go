package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/test/validate"
)

// TestStack is the stack in containers from its first start on: the shop's changes reach ClickHouse, down and up keep the
// data and go on without gap or double, one more sink takes work. Ten minutes on a slow machine.
func TestStack(t *testing.T) {
	if os.Getenv("TIDEMARK_TEST_COMPOSE") == "" {
		t.Skip("long: make test-compose")
	}
	s := newStand(t, "core")
	s.compose("up", "-d", "--no-build", "--wait")
	s.sells(300)
	first := s.equal()
	s.exact()

	s.compose("down", "--timeout", "60")
	require.Empty(t, s.compose("ps", "-aq"), "down takes every container away")
	s.compose("up", "-d", "--no-build", "--wait")
	require.Equal(t, first, s.equal(), "the data outlive the containers")
	s.sells(200)
	require.Greater(t, s.equal(), first)
	s.exact()

	s.compose("up", "-d", "--no-build", "--no-recreate", "--wait", "--scale", "sink=2")
	before := s.batches()
	require.Len(t, before, 2)
	s.sells(300)
	s.equal()
	for sink, n := range s.batches() {
		require.Greater(t, n, before[sink], "%s takes work", sink)
	}
	s.exact()
}

// sells has the shop make that many changes.
func (s *stand) sells(changes int) {
	s.t.Helper()
	s.shop(changes, "--users", "40", "--products", "20")
}

// sellsForMonths has it make them as of a time that is long enough for every chart to show something.
func (s *stand) sellsForMonths(changes int) {
	s.t.Helper()
	s.shop(changes, "--orders-per-hour", "1")
}

func (s *stand) shop(changes int, flags ...string) {
	s.t.Helper()
	s.compose(append([]string{"run", "--rm", "-T", "shop", "run", "--rate", "0", "--changes", strconv.Itoa(changes)}, flags...)...)
}

// equal waits until both sides hold the same rows, in every table, and gives how many.
func (s *stand) equal() (rows uint64) {
	s.t.Helper()
	sides, err := compare.Open(s.t.Context(), s.addresses())
	require.NoError(s.t, err)
	defer sides.Close(context.WithoutCancel(s.t.Context()))
	results, err := compare.Tables(s.t.Context(), s.contracts(), sides, 20*time.Minute)
	require.NoError(s.t, err)
	var text strings.Builder
	compare.Print(&text, results)
	require.True(s.t, compare.AllEqual(results), text.String())
	ch := s.clickhouse()
	for _, c := range s.contracts() {
		require.NoError(s.t, ch.Query(s.t.Context(), "SELECT toString(count()) FROM "+c.Target.String(), func(v []*string) error {
			n, err := strconv.ParseUint(*v[0], 10, 64)
			rows += n
			return err
		}))
	}
	require.NotZero(s.t, rows)
	return rows
}

// exact holds raw to the promises: no offset and no position twice, in order, signs that sum to 0 or 1.
func (s *stand) exact() {
	s.t.Helper()
	for _, c := range s.contracts() {
		failures, err := validate.Raw(s.t.Context(), s.clickhouse(), c)
		require.NoError(s.t, err)
		require.Empty(s.t, failures)
	}
}

func (s *stand) contracts() []*contract.Contract {
	all, err := contract.Load(os.DirFS(filepath.Join(root, "schemas", "shop")))
	require.NoError(s.t, err)
	return all
}

// port is where a port of a service is published.
func (s *stand) port(service string, port int) string {
	s.t.Helper()
	return s.compose("port", service, strconv.Itoa(port))
}

func (s *stand) secret(name string) string {
	text, err := os.ReadFile(filepath.Join(s.secrets, name))
	require.NoError(s.t, err)
	return string(text)
}

func (s *stand) addresses() compare.Addresses {
	return compare.Addresses{
		Postgres:   fmt.Sprintf("postgres://tidemark:%s@%s/shop?sslmode=disable", s.secret("postgres_password"), s.port("postgres", 5432)),
		Mongo:      fmt.Sprintf("mongodb://tidemark:%s@%s/?directConnection=true&authSource=admin", s.secret("mongo_password"), s.port("mongo", 27017)),
		ClickHouse: "http://" + s.port("clickhouse", 8123), ClickHouseUser: "tidemark", ClickHousePassword: s.secret("clickhouse_password"),
	}
}

func (s *stand) clickhouse() compare.ClickHouse {
	a := s.addresses()
	return compare.ClickHouse{URL: a.ClickHouse, User: a.ClickHouseUser, Password: a.ClickHousePassword}
}

var batches = regexp.MustCompile(`(?m)^tidemark_sink_batches_total\{.*topic="(pg|mongo)\..*\} (\S+)$`)

// batches gives, per sink, how many batches of the sources' topics it has applied, once each has partitions.
func (s *stand) batches() map[string]float64 {
	s.t.Helper()
	out := map[string]float64{}
	await(s.t, "partitions for every sink", func(ctx context.Context) error {
		for i, id := range strings.Fields(s.compose("ps", "-q", "sink")) {
			text, err := get(ctx, "http://"+s.compose("port", "--index", strconv.Itoa(i+1), "sink", "8080")+"/metrics")
			if err != nil {
				return err
			}
			if strings.Contains(text, "\ntidemark_sink_assigned_partitions 0\n") {
				return errors.New("a sink has no partition yet")
			}
			out[id] = 0
			for _, m := range batches.FindAllStringSubmatch(text, -1) {
				n, err := strconv.ParseFloat(m[2], 64)
				if err != nil {
					return err
				}
				out[id] += n
			}
		}
		return nil
	})
	return out
}

func get(ctx context.Context, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return string(text), err
}
