package applied

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/stretchr/testify/require"
)

// gate is an Inserter that waits for leave.
type gate struct {
	mu      sync.Mutex
	leave   chan error
	inserts []int
}

func (g *gate) Insert(_ context.Context, _, _ string, in proto.Input, _ string) error {
	err := <-g.leave
	if err == nil {
		g.mu.Lock()
		g.inserts = append(g.inserts, in[0].Data.Rows())
		g.mu.Unlock()
	}
	return err
}

type mendable bool

func (m mendable) Error() string   { return "refused" }
func (m mendable) Retryable() bool { return bool(m) }

func start(t *testing.T, g *gate) *Writer {
	w := New(g)
	w.Pause = time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		close(g.leave)
		<-ended
	})
	return w
}

func TestEntriesThatWaitShareAnInsert(t *testing.T) {
	g := &gate{leave: make(chan error)}
	w := start(t, g)
	acks := make(chan error, 21)
	write := func(i int) { acks <- w.Write(t.Context(), Entry{Topic: "t", Partition: i}) }
	go write(0)
	require.Eventually(t, func() bool { return len(w.queue) == 0 }, time.Second, time.Millisecond)
	for i := range 20 {
		go write(i + 1)
	}
	require.Eventually(t, func() bool { return len(w.queue) >= 19 }, 5*time.Second, time.Millisecond)
	require.Empty(t, acks, "no ack before the insert")
	for range 3 {
		select {
		case g.leave <- nil:
		case <-time.After(200 * time.Millisecond):
		}
	}
	for range 21 {
		require.NoError(t, <-acks)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	sum := 0
	for _, n := range g.inserts {
		sum += n
	}
	require.Equal(t, 21, sum)
	require.LessOrEqual(t, len(g.inserts), 3)
}

func TestOnlyWhatARetryMendsIsRetried(t *testing.T) {
	g := &gate{leave: make(chan error, 3)}
	w := start(t, g)
	g.leave <- errors.New("connection reset")
	g.leave <- mendable(true)
	g.leave <- nil
	require.NoError(t, w.Write(t.Context(), Entry{}))
	g.leave <- mendable(false)
	require.ErrorIs(t, w.Write(t.Context(), Entry{}), mendable(false))
}
