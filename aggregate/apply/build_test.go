package apply_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/aggregate/apply"
	"github.com/tidemark-cdc/tidemark/aggregate/model"
)

func TestAModelOverRowsThatAreThereCountsThem(t *testing.T) {
	b, all := newBench(t), builtIn(t)
	left := b.live(3, 120)
	_, failed := b.apply(all)
	require.Empty(t, failed)
	b.verify(all)
	b.more(left, 60)
	b.verify(all)
}

func TestApplyingAgainChangesNothing(t *testing.T) {
	b, all := newBench(t), builtIn(t)
	b.live(5, 80)
	_, failed := b.apply(all)
	require.Empty(t, failed)
	made := b.value("SELECT groupArray((name, uuid)) FROM (SELECT name, uuid FROM system.tables WHERE database = 'sales_state' AND name NOT LIKE '%_lines' ORDER BY name)")
	actions, failed := b.apply(all)
	require.Empty(t, failed)
	for _, a := range actions {
		require.Equal(t, apply.Kept, a)
	}
	require.Equal(t, made, b.value("SELECT groupArray((name, uuid)) FROM (SELECT name, uuid FROM system.tables WHERE database = 'sales_state' AND name NOT LIKE '%_lines' ORDER BY name)"))
	b.verify(all)
}

func orders(t *testing.T, measure string) *model.Model {
	m, err := model.Parse("-- name: m\n-- sources: orders\n-- grain: state\n-- measures: orders\nSELECT r.state AS state, " + measure + " AS orders, sum(r._sign) AS n FROM raw.orders AS r GROUP BY state")
	require.NoError(t, err)
	return m
}

func TestAChangedModelTakesThePlaceOfTheOldOne(t *testing.T) {
	b := newBench(t)
	first, changed := orders(t, "sum(toInt64(r._sign))"), orders(t, "sum(toInt64(r._sign) * 2)")
	_, failed := b.apply([]*model.Model{first})
	require.Empty(t, failed)
	left := b.live(6, 100)
	before := b.value("SELECT sum(orders) FROM sales.m")
	out, err := (&apply.Applier{Server: b.Client}).Plan(context.Background(), changed)
	require.NoError(t, err)
	require.Equal(t, apply.Changed, out.Action)
	require.Equal(t, before, b.value("SELECT sum(orders) FROM sales.m"), "a plan changed something")
	actions, failed := b.apply([]*model.Model{changed})
	require.Empty(t, failed)
	require.Equal(t, []apply.Action{apply.Changed}, actions)
	b.verify([]*model.Model{changed})
	require.NotEmpty(t, left["orders"].live)
	require.NotEqual(t, before, b.value("SELECT sum(orders) FROM sales.m"))
	require.Equal(t, "3", b.value("SELECT count() FROM system.tables WHERE database = 'sales_state' AND name NOT LIKE '%_lines'"), "the old state and its feed are still there")
}

func TestAModelWithoutAFileGoes(t *testing.T) {
	b := newBench(t)
	_, failed := b.apply([]*model.Model{orders(t, "sum(toInt64(r._sign))")})
	require.Empty(t, failed)
	a := &apply.Applier{Server: b.Client}
	gone, err := a.Dropped(context.Background(), nil)
	require.NoError(t, err)
	require.Equal(t, []string{"m"}, gone)
	out, err := a.Remove(context.Background(), "m")
	require.NoError(t, err)
	require.Equal(t, apply.Removed, out.Action)
	require.Equal(t, "0", b.value("SELECT count() FROM system.tables WHERE database IN ('sales', 'sales_state')"))
}

func TestAStateOfTheFormerKindIsReplaced(t *testing.T) {
	b := newBench(t)
	m := orders(t, "sum(toInt64(r._sign))")
	_, failed := b.apply([]*model.Model{m})
	require.Empty(t, failed)
	b.run("DROP VIEW sales.m SYNC")
	for _, suffix := range []string{"", "_mv"} {
		b.run("RENAME TABLE " + strings.Join(strings.Fields(b.value("SELECT concat('sales_state.', name, ' TO ') FROM system.tables WHERE database = 'sales_state' AND name LIKE 'm_%' AND name NOT LIKE '%_lines' AND (name LIKE '%_mv') = "+fmt.Sprint(suffix != ""))), " ") + " sales_state.m" + suffix)
	}
	b.run("ALTER TABLE sales_state.m MODIFY COMMENT 'tidemark model 0123456789abcdef01234567'")
	actions, failed := b.apply([]*model.Model{m})
	require.Empty(t, failed)
	require.Equal(t, []apply.Action{apply.Made}, actions)
	require.Equal(t, "0", b.value("SELECT count() FROM system.tables WHERE database = 'sales_state' AND name IN ('m', 'm_mv')"))
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

func TestABuildThatBreaksAnywhereIsFinishedByTheNext(t *testing.T) {
	b := newBench(t)
	all := builtIn(t)[:1]
	left := b.live(7, 60)
	for n := 0; ; n++ {
		var broke bool
		for _, m := range all {
			a := &apply.Applier{Server: &broken{b.Client, n}}
			_, err := a.Rebuild(context.Background(), m)
			broke = broke || err != nil
		}
		b.more(left, 5)
		if !broke {
			require.Greater(t, n, 8, "too few statements to have broken anything")
			break
		}
		_, failed := b.apply(all)
		require.Empty(t, failed)
		b.verify(all)
		require.Equal(t, fmt.Sprint(3*len(all)), b.value("SELECT count() FROM system.tables WHERE database = 'sales_state' AND name NOT LIKE '%_lines'"), "statement %d left tables behind", n)
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

// during does something before the first statement with a word in it.
type during struct {
	apply.Server
	word string
	do   func()
}

func (s *during) Exec(ctx context.Context, sql string) error {
	if s.do != nil && strings.Contains(sql, s.word) {
		do := s.do
		s.do = nil
		do()
	}
	return s.Server.Exec(ctx, sql)
}

// A batch that came in while a model was built is known again when it is sent once more, whatever has been done to the
// model since. ClickHouse forgets what a view passed on when the view is altered.
func TestABatchThatIsSentAgainAfterABuildCountsOnce(t *testing.T) {
	b := newBench(t)
	row := func(n int) []string {
		return []string{fmt.Sprintf(`{"number":"%d","amount":"1.00","opened_at":"2026-03-01 10:00:00","_sign":1,"_version":%[1]d,"_op":"c","_incarnation":"i1","_offset":%[1]d}`, n)}
	}
	b.insert("returns", "first", row(1))
	m := named(t, "returns")
	for n, word := range []string{"INSERT INTO sales_state", "MODIFY COMMENT", "CREATE OR REPLACE VIEW"} {
		server := &during{b.Client, word, func() { b.insert("returns", word, row(n+2)) }}
		_, err := (&apply.Applier{Server: server}).Rebuild(context.Background(), m)
		require.NoError(t, err)
		require.Nil(t, server.do, "no statement has %q", word)
		b.send("returns", word, row(n+2))
		b.send("returns", "first", row(1))
		require.Equal(t, fmt.Sprint(n+2), b.value("SELECT sum(returns) FROM sales.returns"), word)
	}
	b.verify([]*model.Model{m})
}
