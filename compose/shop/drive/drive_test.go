package drive

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/compose/shop/change"
)

// memory keeps what it is given, by entity.
type memory struct {
	mu    sync.Mutex
	steps map[string][]int32
	fail  error
}

func (m *memory) Apply(_ context.Context, steps []change.Step) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.steps == nil {
		m.steps = map[string][]int32{}
	}
	for _, s := range steps {
		m.steps[s.Entity] = append(m.steps[s.Entity], s.Changes[0].Args[0].(int32))
	}
	return m.fail
}

// numbered gives n steps over a few entities, each with its number; n < 0 never ends.
func numbered(n int32) func() (change.Step, bool) {
	var i int32
	return func() (change.Step, bool) {
		i++
		return change.Step{Entity: fmt.Sprint("e", i%17), Changes: []change.Change{{Table: change.Returns, Op: change.Update, Args: []any{i}}}}, n < 0 || i <= n
	}
}

func TestEveryStepIsWrittenOnceAndInItsEntitysOrder(t *testing.T) {
	var m memory
	var count Count
	d := Driver{Store: &m, Writers: 5, Batch: 7, Count: &count}
	require.NoError(t, d.Run(t.Context(), t.Context(), &Rate{}, numbered(5000)))
	total := 0
	for entity, steps := range m.steps {
		total += len(steps)
		require.IsIncreasing(t, steps, entity)
	}
	require.Equal(t, 5000, total)
	require.EqualValues(t, 5000, count.Total())
	require.EqualValues(t, 5000, count.Summary(time.Second).Tables["returns"]["update"])
}

func TestStoppingWritesWhatWasTaken(t *testing.T) {
	var m memory
	var count Count
	stop, cancel := context.WithCancel(t.Context())
	taken, next := 0, numbered(-1)
	d := Driver{Store: &m, Writers: 2, Batch: 10, Count: &count}
	err := d.Run(t.Context(), stop, &Rate{}, func() (change.Step, bool) {
		if taken++; taken == 300 {
			cancel()
		}
		return next()
	})
	require.NoError(t, err)
	require.EqualValues(t, 299, count.Total(), "all but the step that the stop caught")
}

func TestAWriteThatFailsEndsTheRun(t *testing.T) {
	refused := errors.New("refused")
	d := Driver{Store: &memory{fail: refused}, Writers: 3, Batch: 10, Count: &Count{}}
	require.ErrorIs(t, d.Run(t.Context(), t.Context(), &Rate{PerSecond: 50}, numbered(-1)), refused)
}

func TestAPaceEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	rate := &Rate{PerSecond: 1e-9}
	require.NoError(t, rate.Wait(ctx, 1))
	clock := &Clock{Speed: 1, At: sequence(time.Unix(0, 0), time.Unix(1<<40, 0))}
	require.NoError(t, clock.Wait(ctx, 1))
	cancel()
	require.ErrorIs(t, rate.Wait(ctx, 1), context.Canceled)
	require.ErrorIs(t, clock.Wait(ctx, 1), context.Canceled)
}

func sequence(times ...time.Time) func() time.Time {
	return func() time.Time {
		at := times[0]
		times = times[1:]
		return at
	}
}
