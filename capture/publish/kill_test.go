package publish

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

// The real broker is killed by kill -9 while records are written.
func TestBrokerKilledWhileWriting(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a broker")
	}
	ctx := within(t, 5*time.Minute)
	st, err := stack.Start(ctx, stack.Options{Dir: t.TempDir(), Ports: "auto", Only: []string{"kafka"}})
	if err != nil {
		t.Skipf("no local broker: %v", err)
	}
	t.Cleanup(func() { _ = st.Stop(context.Background()) })
	addrs := []string{st.Env()["TIDEMARK_KAFKA_BROKERS"]}
	cfg := Config{Source: "pg", Brokers: addrs, BatchBytes: 32 << 10, MaxBytes: 1 << 20, Mark: 5 * time.Millisecond, Renew: time.Second,
		Transport: &kafka.Transport{MetadataTTL: 500 * time.Millisecond}}
	p, _ := open(t, cfg)
	tt := table(t, p, "pg.public.a")

	n := 0
	write := func(from, to uint64) {
		for commit := from; commit < to; commit++ {
			for ordinal := range uint64(10) {
				n++
				require.NoError(t, p.Append(tt, fmt.Appendf(nil, "key-%d", n%997), make([]byte, 300), change(commit, ordinal+1)))
			}
			require.NoError(t, p.Commit(at(commit)))
		}
	}
	const third = 2000
	write(1, third)
	for i := range uint64(2) {
		require.NoError(t, st.Kill(ctx, "kafka", syscall.SIGKILL))
		write((i+1)*third, (i+2)*third)
	}
	require.NoError(t, p.Flush(at(3*third)))
	require.NoError(t, p.Wait(ctx, at(3*third)))
	published(t, addrs, "pg.public.a", n)

	// A second capture takes over on the real broker, which fences per partition.
	q, last := open(t, cfg)
	require.Equal(t, uint64(3*third), last.Position.Commit)
	require.True(t, fault.Is(p.session.renew(ctx), fault.Fenced), "an old session cannot be renewed")
	require.NoError(t, p.Append(tt, []byte("k"), []byte("late"), change(3*third+1, 1)))
	require.NoError(t, p.Flush(at(3*third+1)))
	require.Error(t, p.Wait(ctx, at(3*third+1)), "an old capture confirms nothing more")
	require.Equal(t, uint64(3*third), p.Confirmed().Position.Commit)
	uu := table(t, q, "pg.public.a")
	require.Equal(t, tt.Incarnation(), uu.Incarnation())
	require.NoError(t, q.Append(uu, []byte("k"), []byte("new"), change(3*third+1, 1)))
	require.NoError(t, q.Flush(at(3*third+1)))
	require.NoError(t, q.Wait(ctx, at(3*third+1)))
}
