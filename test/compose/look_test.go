package compose

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/test/validate"
)

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
	rows = s.rows()
	require.NotZero(s.t, rows)
	return rows
}

// rows gives how many ClickHouse has now, of all tables.
func (s *stand) rows() (rows uint64) {
	s.t.Helper()
	for _, c := range s.contracts() {
		require.NoError(s.t, s.clickhouse().Query(s.t.Context(), "SELECT toString(count()) FROM "+c.Target.String(), func(v []*string) error {
			n, err := strconv.ParseUint(*v[0], 10, 64)
			rows += n
			return err
		}))
	}
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
