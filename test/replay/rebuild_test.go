package replay

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/test/churn"
)

// seen is what a reader saw: how far the tidemark was, and numbers that grow but for the
// few payments that the shop deletes: rows of raw, of the current state, and what the
// aggregate of payments counts.
const seen = `SELECT toUInt64((SELECT max(toUnixTimestamp64Micro(commit_time)) FROM ops.tidemark)), (SELECT count() FROM raw.transactions), (SELECT count() FROM shop.transactions), (SELECT sum(n) FROM sales.payments)`

// deleted bounds what deletes may take off a number between two polls. A table that is
// half built lacks far more.
func deleted(n int, before int64) int64 {
	if n < 2 {
		return 0
	}
	return 20 + before/50
}

// reader polls until ctx ends and counts in looks. It gives what it saw, and the first failure.
func (p *pipeline) reader(ctx context.Context, looks *atomic.Int64) (all [][]int64, err error) {
	for ctx.Err() == nil {
		now, err := p.numbers(context.WithoutCancel(ctx), seen)
		if err != nil {
			return all, err
		}
		all = append(all, now)
		looks.Add(1)
		time.Sleep(10 * time.Millisecond)
	}
	return all, nil
}

// Two topics, one of each source, are rebuilt while the shop writes. At the end all is
// exact, and nobody saw a number fall or an older tidemark.
//
// The shop and, because it waits for MongoDB, churned rows a second beside it: 250 changes/s for some
// seconds; 2,000 rows for minutes with TIDEMARK_TEST_LONG=1.
func TestRebuiltWhileTheShopWrites(t *testing.T) {
	rate, churned, warm := "150", 100, 5*time.Second
	if os.Getenv("TIDEMARK_TEST_LONG") != "" {
		rate, churned, warm = "2000", 2000, 2*time.Minute
	}
	p := open(t)
	writing, stopWriting := context.WithCancel(t.Context())
	shop := p.program(writing, "shop", "run", "--rate", rate, "--json", "--writers", "8")
	summary, err := os.Create(filepath.Join(p.dir, "shop.json"))
	require.NoError(t, err)
	shop.Stdout = summary
	require.NoError(t, shop.Start())
	rows, err := churn.Start(t.Context(), p.env["TIDEMARK_POSTGRES_URL"], churned)
	require.NoError(t, err)
	reading, stopReading := context.WithCancel(t.Context())
	type polls struct {
		all [][]int64
		err error
	}
	done := make(chan polls, 1)
	var looks atomic.Int64
	time.Sleep(warm)
	go func() {
		all, err := p.reader(reading, &looks)
		done <- polls{all, err}
	}()
	for _, topic := range []string{"pg.public.transactions", "mongo.shop.orders"} {
		began := time.Now()
		out, err := p.program(t.Context(), "sink", "replay", topic, "--rebuild", "--config", filepath.Join(p.dir, "stack", "sink.yaml")).CombinedOutput()
		require.NoError(t, err, string(out))
		t.Logf("%s in %s: %s", topic, time.Since(began).Round(time.Second), out)
	}
	require.Eventually(t, func() bool { return looks.Load() > 20 || len(done) > 0 }, 2*time.Minute, 100*time.Millisecond, "the reader hangs")
	time.Sleep(2 * time.Second)
	stopWriting()
	more, err := rows.Stop()
	require.NoError(t, err)
	_ = shop.Wait() // it ends by our signal
	stopReading()
	read := <-done
	require.NoError(t, read.err, "a reader was refused")
	require.Greater(t, len(read.all), 20, "the reader saw too little")
	for i := 1; i < len(read.all); i++ {
		for n := range read.all[i] {
			require.GreaterOrEqual(t, read.all[i][n], read.all[i-1][n]-deleted(n, read.all[i-1][n]), "poll %d saw %v after %v", i, read.all[i], read.all[i-1])
		}
	}
	text, err := os.ReadFile(summary.Name())
	require.NoError(t, err)
	var wrote map[string]any
	require.NoError(t, json.Unmarshal(text, &wrote), string(text))
	t.Logf("%d polls; the shop wrote %v, and %d rows more were changed", len(read.all), wrote, more)
	p.exact(t)
}
