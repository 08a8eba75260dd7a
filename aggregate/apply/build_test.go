package apply_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/aggregate/apply"
	"github.com/tidemark-cdc/tidemark/aggregate/model"
)

func TestAModelOverRowsThatAreThereWaitsForOffline(t *testing.T) {
	b, all := newBench(t), builtIn(t)
	left := b.live(3, 120)
	_, failed := b.apply(false, all)
	require.Len(t, failed, len(all))
	for _, err := range failed {
		require.ErrorIs(t, err, apply.ErrLive)
	}
	require.Equal(t, "0", b.value("SELECT count() FROM system.tables WHERE database IN ('sales', 'sales_state')"))
	_, failed = b.apply(true, all)
	require.Empty(t, failed)
	b.verify(all)
	b.more(left, 60)
	b.verify(all)
}

func TestApplyingAgainChangesNothing(t *testing.T) {
	b, all := newBench(t), builtIn(t)
	b.live(5, 80)
	_, failed := b.apply(true, all)
	require.Empty(t, failed)
	made := b.value("SELECT groupArray((name, uuid)) FROM (SELECT name, uuid FROM system.tables WHERE database = 'sales_state' ORDER BY name)")
	for _, offline := range []bool{true, false} {
		actions, failed := b.apply(offline, all)
		require.Empty(t, failed)
		for _, a := range actions {
			require.Equal(t, apply.Kept, a)
		}
	}
	require.Equal(t, made, b.value("SELECT groupArray((name, uuid)) FROM (SELECT name, uuid FROM system.tables WHERE database = 'sales_state' ORDER BY name)"))
	b.verify(all)
}

func TestAChangedModelIsRebuiltOfflineAndRefusedLive(t *testing.T) {
	b := newBench(t)
	header := "-- name: m\n-- sources: orders\n-- grain: state\n-- measures: orders\n"
	first, err := model.Parse(header + "SELECT r.state AS state, sum(toInt64(r._sign)) AS orders, sum(r._sign) AS n FROM raw.orders AS r GROUP BY state")
	require.NoError(t, err)
	changed, err := model.Parse(header + "SELECT r.state AS state, sum(toInt64(r._sign) * 2) AS orders, sum(r._sign) AS n FROM raw.orders AS r GROUP BY state")
	require.NoError(t, err)
	_, failed := b.apply(false, []*model.Model{first})
	require.Empty(t, failed)
	left := b.live(6, 100)
	before := b.value("SELECT sum(orders) FROM sales.m")
	_, failed = b.apply(false, []*model.Model{changed})
	require.Len(t, failed, 1)
	require.ErrorIs(t, failed[0], apply.ErrLive)
	require.Equal(t, before, b.value("SELECT sum(orders) FROM sales.m"))
	actions, failed := b.apply(true, []*model.Model{changed})
	require.Empty(t, failed)
	require.Equal(t, []apply.Action{apply.Rebuilt}, actions)
	b.verify([]*model.Model{changed})
	require.NotEmpty(t, left["orders"].live)
	require.NotEqual(t, before, b.value("SELECT sum(orders) FROM sales.m"))
}

// broken fails at the n-th statement, as a program that is killed there does.
type broken struct {
	apply.Server
	left int
}

func (s *broken) Exec(ctx context.Context, sql string) error {
	if s.left--; s.left < 0 {
		return context.DeadlineExceeded
	}
	return s.Server.Exec(ctx, sql)
}

func TestAnApplyThatBreaksAnywhereIsFinishedByTheNext(t *testing.T) {
	b := newBench(t)
	all := builtIn(t)[:2]
	b.live(7, 60)
	const statements = 9
	for n := range statements {
		for _, m := range all {
			b.run("DROP TABLE IF EXISTS sales_state." + m.Name + "_mv SYNC")
			a := &apply.Applier{Server: &broken{b.Client, n}, Offline: true}
			_, err := a.Apply(context.Background(), m)
			require.Equal(t, n < statements-1, err != nil, "statement %d", n)
		}
		_, failed := b.apply(true, all)
		require.Empty(t, failed)
		b.verify(all)
	}
}

func TestAModelOfAnotherContractIsSkipped(t *testing.T) {
	b := newBench(t)
	b.run("DROP TABLE raw.returns SYNC")
	out, err := (&apply.Applier{Server: b.Client}).Apply(context.Background(), named(t, "returns"))
	require.NoError(t, err)
	require.Equal(t, apply.Outcome{Model: "returns", Action: apply.Skipped, Detail: "no table raw.returns"}, out)
}

func named(t *testing.T, name string) *model.Model {
	all := builtIn(t)
	i := slices.IndexFunc(all, func(m *model.Model) bool { return m.Name == name })
	require.NotEqual(t, -1, i, name)
	return all[i]
}
