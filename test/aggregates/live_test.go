package aggregates

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/test/churn"
)

// attempts is a model that nobody has yet.
const attempts = `-- name: attempts
-- about: Payments by how often they were tried.
-- sources: transactions
-- grain: attempt, currency
-- measures: payments, amount
SELECT r.attempt AS attempt, r.currency AS currency, sum(toInt64(r._sign)) AS payments, sum(r.amount * r._sign) AS amount, sum(r._sign) AS n
FROM raw.transactions AS r
WHERE r.kind = 'payment'
GROUP BY attempt, currency
`

// growing is a number that only grows: the shop takes no payment and no order away. So at any moment it lies between what
// raw has up to the tidemark before, and all that raw has afterwards.
type growing struct {
	name           string // of the aggregate
	measure        string
	source, rows   string // whose tidemark bounds it, and which rows of raw it counts
	looked, absent atomic.Int64
}

func (g *growing) String() string {
	return fmt.Sprintf("%s: %d looks, %d before it was there", g.name, g.looked.Load(), g.absent.Load())
}

// watch looks until ctx ends, and gives the first thing that is wrong.
func (g *growing) watch(ctx context.Context, ch compare.ClickHouse) error {
	last := new(big.Int)
	for ctx.Err() == nil {
		least, err := ask(ctx, ch, "SELECT toString(ifNull(sum(_sign), 0)) FROM raw."+g.rows+" AND _version <= (SELECT max(version) FROM ops.tidemark WHERE source = '"+g.source+"')")
		if err != nil {
			return err
		}
		have, err := ask(ctx, ch, "SELECT toString(ifNull(sum("+g.measure+"), 0)) FROM sales."+g.name)
		if err != nil && ctx.Err() == nil && g.looked.Load() == 0 && strings.Contains(err.Error(), "UNKNOWN_TABLE") {
			g.absent.Add(1)
			continue
		}
		if err != nil {
			return err
		}
		most, err := ask(ctx, ch, "SELECT toString(sum(_sign)) FROM raw."+g.rows)
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			break
		}
		if have.Cmp(last) < 0 || have.Cmp(least) < 0 || have.Cmp(most) > 0 {
			return fmt.Errorf("sales.%s says %s after it said %s; raw has %s up to the tidemark and %s in all", g.name, have, last, least, most)
		}
		last = have
		g.looked.Add(1)
	}
	return nil
}

func ask(ctx context.Context, ch compare.ClickHouse, sql string) (*big.Int, error) {
	out := new(big.Int)
	err := ch.Query(ctx, sql, func(row []*string) error {
		if _, ok := out.SetString(*row[0], 10); !ok {
			return fmt.Errorf("%q is no number", *row[0])
		}
		return nil
	})
	if ctx.Err() != nil {
		return out, nil // the end of the test is no fault
	}
	return out, err
}

// writing is a shop at work.
type writing struct {
	ended chan error
	out   strings.Builder
}

func (s *rig) write(t *testing.T, rate, lasting string) *writing {
	w := &writing{ended: make(chan error, 1)}
	cmd := s.program(t.Context(), t, "shop", "run", "--rate", rate, "--seed", "5", "--for", lasting, "--json")
	cmd.Stdout = &w.out
	require.NoError(t, cmd.Start())
	go func() { w.ended <- cmd.Wait() }()
	return w
}

// changes waits for the end and gives how many there were.
func (w *writing) changes(t *testing.T) int64 {
	require.NoError(t, <-w.ended)
	var summary struct{ Changes int64 }
	require.NoError(t, json.Unmarshal([]byte(w.out.String()), &summary))
	return summary.Changes
}

// lasting is how long the shop writes.
func lasting() string {
	if os.Getenv("TIDEMARK_TEST_LONG") != "" {
		return "120s"
	}
	return "25s"
}

// churned is how many more rows of PostgreSQL change a second.
func churned() int {
	if os.Getenv("TIDEMARK_TEST_LONG") != "" {
		return 2000
	}
	return 100
}

// While 2,000 changes a second are written, one model is made, two are rebuilt, and groups of one are set. Readers
// see no half of a number at any time, and at the end every aggregate is its recompute.
func TestModelsAreMadeAndRebuiltWhileTheShopWrites(t *testing.T) {
	s := stackOf(t)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "attempts.sql"), []byte(attempts), 0o600))
	s.outcomes(t, "apply", "--prune") // takes away what an earlier run on this stack made
	w := s.write(t, "2000", lasting())
	rows, err := churn.Start(t.Context(), s.env["TIDEMARK_POSTGRES_URL"], churned())
	require.NoError(t, err)
	numbers := []*growing{
		{name: "payments", measure: "payments", source: "pg", rows: "transactions WHERE kind = 'payment'"},
		{name: "orders", measure: "orders", source: "mongo", rows: "orders WHERE 1"},
		{name: "attempts", measure: "payments", source: "pg", rows: "transactions WHERE kind = 'payment'"},
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	found := make(chan error, len(numbers))
	for _, g := range numbers {
		go func() { found <- g.watch(ctx, s.sides.ClickHouse) }()
	}
	time.Sleep(3 * time.Second) // history for the backfill, and looks at what is not there yet
	require.Equal(t, "made", s.outcomes(t, "apply", "--models", dir)[0]["action"])
	for _, name := range []string{"payments", "orders"} {
		require.Equal(t, "rebuilt", s.outcomes(t, "rebuild", name)[0]["action"])
	}
	require.Equal(t, "0 groups were off", s.outcomes(t, "rebuild", "payments", "--where", "currency = 'BRL'")[0]["detail"])
	changes := w.changes(t)
	changed, err := rows.Stop()
	require.NoError(t, err)
	s.right(t)
	stop()
	for range numbers {
		require.NoError(t, <-found)
	}
	for _, g := range numbers {
		t.Log(g)
		require.Greater(t, g.looked.Load(), int64(5))
	}
	require.Positive(t, numbers[2].absent.Load(), "the model was there before it was made")
	for _, args := range [][]string{{"verify"}, {"verify", "--models", dir}} {
		for _, line := range s.outcomes(t, args...) {
			require.EqualValues(t, 0, line["differing"], line)
		}
	}
	require.Equal(t, s.text(t, "SELECT toString(sum(payments)) FROM sales.payments"), s.text(t, "SELECT toString(sum(payments)) FROM sales.attempts"))
	t.Logf("%d changes of the shop's and %d rows more in %s", changes, changed, lasting())
}
