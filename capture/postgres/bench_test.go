package postgres

import (
	"errors"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
	"github.com/tidemark-cdc/tidemark/capture/postgres/emit"
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
	"github.com/tidemark-cdc/tidemark/capture/postgres/stream"
	"github.com/tidemark-cdc/tidemark/capture/publish"
	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// counted is a broker that takes everything at once.
type counted struct{ records, bytes int }

func (c *counted) Append(_ *publish.Topic, key, value []byte, _ event.Header) error {
	c.records++
	c.bytes += len(key) + len(value)
	return nil
}
func (c *counted) Tombstone(*publish.Topic, []byte) error { c.records++; return nil }
func (c *counted) Broadcast(t *publish.Topic, key, value []byte, h event.Header) error {
	return c.Append(t, key, value, h)
}

var shopContracts = []string{
	"{contract: 1, source: pg, table: public.transactions, target: shop.transactions, key: [id], columns: [{name: id, type: bigint}]}",
	"{contract: 1, source: pg, table: public.deliveries, target: shop.deliveries, key: [id], columns: [{name: id, type: bigint}]}",
	"{contract: 1, source: pg, table: public.returns, target: shop.returns, key: [id], columns: [{name: id, type: bigint}]}",
}

// BenchmarkBacklog reads a backlog from a real server through stream, pgoutput and emit, without a broker: the ceiling of the capture.
// It needs TIDEMARK_BENCH_POSTGRES_URL, _SLOT (which it copies), _PUBLICATION and _END (an LSN).
func BenchmarkBacklog(b *testing.B) {
	url := os.Getenv("TIDEMARK_BENCH_POSTGRES_URL")
	if url == "" {
		b.Skip("TIDEMARK_BENCH_POSTGRES_URL is not set")
	}
	end, err := stream.ParseLSN(os.Getenv("TIDEMARK_BENCH_END"))
	require.NoError(b, err)
	for b.Loop() {
		sql, err := pgx.Connect(b.Context(), os.Getenv("TIDEMARK_BENCH_POSTGRES_URL"))
		require.NoError(b, err)
		_, err = sql.Exec(b.Context(), "SELECT pg_copy_logical_replication_slot($1, 'bench')", os.Getenv("TIDEMARK_BENCH_SLOT"))
		require.NoError(b, err)
		drain(b, url, end)
		for err = errors.New("busy"); err != nil; {
			_, err = sql.Exec(b.Context(), "SELECT pg_drop_replication_slot('bench')")
		}
		sql.Close(b.Context())
	}
}

func drain(b *testing.B, url string, end stream.LSN) {
	conn, err := connect.Replication(b.Context(), url)
	require.NoError(b, err)
	s, err := stream.Start(b.Context(), conn, stream.Options{Slot: "bench", Publication: os.Getenv("TIDEMARK_BENCH_PUBLICATION"), Confirmed: func() stream.LSN { return 0 }})
	require.NoError(b, err)
	defer s.Close()
	out := &counted{}
	l := &loop{emit: emit.NewTransaction(out, 1), tables: map[string]*captured{}, stream: s}
	for _, c := range parse(b, shopContracts...) {
		l.tables[c.Name()] = &captured{contract: c, topic: &publish.Topic{}}
	}
	rows, cpu, began := 0, used(), time.Now()
	for at := stream.LSN(0); at < end; {
		m, ok, err := s.Next()
		require.NoError(b, err)
		if !ok {
			if err := s.Fill(time.Time{}); err != stream.ErrIdle {
				require.NoError(b, err)
			}
			continue
		}
		if m[0] != stream.KindData {
			k, err := stream.ParseKeepalive(m)
			require.NoError(b, err)
			at = k.Sent
			continue
		}
		d, err := stream.ParseData(m)
		require.NoError(b, err)
		at = d.LSN
		switch kind := pgoutput.Kind(d.Payload[0]); kind {
		case pgoutput.KindCommit:
		case pgoutput.KindInsert, pgoutput.KindUpdate, pgoutput.KindDelete:
			rows++
			err = l.row(b.Context(), kind, &d)
		default:
			err = l.change(b.Context(), &d)
		}
		require.NoError(b, err)
	}
	took := time.Since(began).Seconds()
	b.ReportMetric(float64(rows)/took, "rows/s")
	b.ReportMetric((used()-cpu).Seconds()/float64(rows)*1e6, "cpu-s/1M-rows")
	b.ReportMetric(float64(out.bytes)/float64(max(out.records, 1)), "B/record")
	b.ReportMetric(float64(rows)/float64(s.Reads()), "rows/read")
}

// used is the CPU time of the process.
func used() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
