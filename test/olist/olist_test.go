package olist

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/clickhouse"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

// small are a few lines in the data set's own form; TIDEMARK_OLIST names a folder with more of them.
const small = "../../compose/shop/olist/testdata/small"

// patience is how long the load may take to arrive; it is no measure of speed.
const patience = 15 * time.Minute

// Every analysis query gives what the files give by another way.
func TestEveryQueryGivesWhatTheFilesGive(t *testing.T) {
	if testing.Short() {
		t.Skip("needs the whole stack")
	}
	dir := small
	if named := os.Getenv("TIDEMARK_OLIST"); named != "" {
		dir = named
	}
	orders, err := Read(dir)
	require.NoError(t, err)
	s := loaded(t, dir, orders)
	queries, err := clickhouse.Queries()
	require.NoError(t, err)
	require.Len(t, queries, len(Figures), "a query without figures")
	for _, q := range queries {
		t.Run(q.Name, func(t *testing.T) {
			figures := Figures[q.Name]
			require.NotNil(t, figures, "no figures")
			have, cost := s.groups(t, q, figures(orders))
			sameGroups(t, figures(orders), have)
			t.Logf("%-26s %5d rows, %s", q.Name, len(have), cost)
		})
	}
}

// server is the ClickHouse of a stack that holds the files' orders.
type server struct{ url, user, password string }

// loaded starts a stack of its own, replays the files into its databases and waits until all of it is in ClickHouse.
func loaded(t *testing.T, dir string, orders []*Order) *server {
	st, err := stack.Start(t.Context(), stack.Options{Dir: filepath.Join(t.TempDir(), "stack"), Ports: "auto"})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_ = st.Stop(ctx)
	})
	env := st.Env()
	s := &server{env["TIDEMARK_CLICKHOUSE_HTTP_URL"], env["TIDEMARK_CLICKHOUSE_USER"], env["TIDEMARK_CLICKHOUSE_PASSWORD"]}
	load := exec.CommandContext(t.Context(), "go", "run", "github.com/tidemark-cdc/tidemark/compose/shop/cmd/shop", "load", "--olist", dir)
	load.Env = os.Environ()
	for name, value := range env {
		load.Env = append(load.Env, name+"="+value)
	}
	out, err := load.CombinedOutput()
	require.NoError(t, err, string(out))
	s.complete(t, time.Now())
	have, _ := s.ask(t, `SELECT (SELECT count() FROM shop.orders WHERE status NOT IN ('created', 'approved') AND NOT
		(status IN ('canceled', 'unavailable') AND id IN (SELECT order_id FROM shop.returns) AND arraySum(item_refunded) < arraySum(item_price))),
		(SELECT count() FROM shop.transactions WHERE status != 'pending')`)
	require.Equal(t, fmt.Sprintf("%d\t%d", ended(orders), payments(orders)), strings.TrimSpace(have))
	return s
}

// complete waits until the tidemarks of both sources say that all that was committed up to a time is in. Rows that are there
// are no sign of it: an insert reaches the current rows a moment before the aggregates.
func (s *server) complete(t *testing.T, at time.Time) {
	beyond := fmt.Sprintf("SELECT count() FROM ops.tidemark WHERE commit_time > fromUnixTimestamp64Micro(%d)", at.UnixMicro())
	require.Eventually(t, func() bool {
		sources, _ := s.ask(t, beyond)
		return strings.TrimSpace(sources) == "2"
	}, patience, 200*time.Millisecond, "what was loaded does not arrive")
}

func ended(orders []*Order) (n int) {
	for _, o := range orders {
		n += int(one(o.Status != "created" && o.Status != "approved"))
	}
	return n
}

// payments counts transactions that are settled, refunds too.
func payments(orders []*Order) (n int) {
	for _, o := range orders {
		for _, p := range o.Payments {
			n += int(one(o.PaymentStatus() != "pending") + one(o.GivenBack() && p.Amount > 0))
		}
	}
	return n
}

// ask runs a query and says what it cost.
func (s *server) ask(t *testing.T, sql string) (body, cost string) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/?wait_end_of_query=1", strings.NewReader(sql+" FORMAT TSVRaw"))
	require.NoError(t, err)
	req.SetBasicAuth(s.user, s.password)
	began := time.Now()
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	var b strings.Builder
	_, err = bufio.NewReader(res.Body).WriteTo(&b)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode, b.String())
	var read string
	if _, rest, ok := strings.Cut(res.Header.Get("X-ClickHouse-Summary"), `"read_rows":"`); ok {
		read, _, _ = strings.Cut(rest, `"`)
	}
	return b.String(), fmt.Sprintf("%s rows read in %.3f s", read, time.Since(began).Seconds())
}

// groups takes an answer apart: as many texts as the wanted keys have, then numbers.
func (s *server) groups(t *testing.T, q clickhouse.Query, want Groups) (have Groups, cost string) {
	body, cost := s.ask(t, q.SQL)
	texts := 0
	for k := range want {
		texts = strings.Count(k, separator) + 1
	}
	have = Groups{}
	for _, line := range strings.Split(strings.TrimSuffix(body, "\n"), "\n") {
		if line == "" {
			continue
		}
		cells := strings.Split(line, "\t")
		var values []float64
		for _, cell := range cells[texts:] {
			values = append(values, cellNumber(t, cell))
		}
		have[strings.Join(cells[:texts], separator)] = values
	}
	return have, cost
}

func cellNumber(t *testing.T, cell string) float64 {
	switch cell {
	case `\N`:
		return null
	case "nan":
		return notANumber
	}
	v, err := strconv.ParseFloat(cell, 64)
	require.NoError(t, err)
	return v
}

// rounded is what the queries' round(x, 6) may be off by; money is exact to the cent long before.
const rounded = 2e-6

func sameGroups(t *testing.T, want, have Groups) {
	t.Helper()
	for k, values := range want {
		require.Len(t, have[k], len(values), "group %q: have %v, want %v", k, have[k], values)
		for i, v := range values {
			same := v == have[k][i] || math.Abs(v-have[k][i]) < rounded || math.IsNaN(v) && math.IsNaN(have[k][i])
			require.True(t, same, "group %q, column %d: have %v, want %v", k, i, have[k][i], v)
		}
	}
	for k := range have {
		require.Contains(t, want, k, "a group that the files do not have")
	}
}
