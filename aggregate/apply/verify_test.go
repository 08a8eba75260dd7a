package apply_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/aggregate/apply"
	"github.com/tidemark-cdc/tidemark/aggregate/model"
	"github.com/tidemark-cdc/tidemark/aggregate/target"
	"github.com/tidemark-cdc/tidemark/aggregate/verify"
)

// patience and pause are for what comes by itself.
const patience, pause = 2 * time.Minute, 300 * time.Millisecond

// spoil adds a row to a model's state, as no feed would.
func (b *bench) spoil(m *model.Model, set string) {
	b.t.Helper()
	held, _, err := (&apply.Applier{Server: b.Client}).Held(context.Background(), m)
	require.NoError(b.t, err)
	b.run("INSERT INTO " + held[0] + " SETTINGS insert_deduplicate = 0 SELECT * REPLACE (" + set + ") FROM sales." + m.Name + " ORDER BY ALL LIMIT 1")
}

// While rows are written, what is right is found right, what is off is found with its group, and single groups are set
// without a touch of the others.
func TestWhatIsOffIsFoundAndSetWhileRowsAreWritten(t *testing.T) {
	b := newBench(t)
	m, other := named(t, "returns"), changedReturns(t)
	all := []*model.Model{m, other}
	var stop atomic.Bool
	var writers sync.WaitGroup
	for partition := range 2 {
		writers.Go(func() { b.writer(partition, 3*time.Second, &stop) })
	}
	defer writers.Wait()
	defer stop.Store(true)
	require.Eventually(t, func() bool { return b.value("SELECT count() > 60 FROM raw.returns") == "1" }, patience, pause)
	_, failed := b.apply(all)
	require.Empty(t, failed)
	b.verify(all)

	b.spoil(other, "toInt64(3) AS returns, toDecimal128('0.01', 2) AS amount, toInt64(0) AS n")
	for _, r := range b.check(all) {
		if r.Model == m.Name {
			require.Zero(t, r.Differing, "%v", r.First)
			continue
		}
		require.Equal(t, 1, r.Differing)
		require.Equal(t, []string{"3", "0.01", "0"}, r.First[0].Off)
	}
	require.Equal(t, "1", b.value("SELECT argMax(differing, at) FROM ops.aggregate_checks WHERE model = 'sent_back'"))
	held := (&apply.Applier{Server: b.Client}).Held
	set := func(condition string) string {
		off, err := verify.Set(context.Background(), b.Client, held, other, condition)
		require.NoError(t, err)
		return off
	}
	require.Equal(t, "0", set("category = 'c1'"))
	require.Equal(t, "1", set("category IN ('c0', 'c1')"))
	require.Equal(t, "0", set("category = 'c0'"))
	b.verify(all)
	require.Equal(t, "0", b.value("SELECT count() FROM system.tables WHERE name LIKE 'verify_%'"), "a copy was left behind")
}

func TestAModelThatIsNotAsItsFileIsNotCompared(t *testing.T) {
	b := newBench(t)
	m := named(t, "returns")
	_, err := verify.Model(context.Background(), b.Client, (&apply.Applier{Server: b.Client}).Held, m)
	require.ErrorIs(t, err, apply.ErrNotAsItsFile)
	_, failed := b.apply([]*model.Model{m})
	require.Empty(t, failed)
	changed := *m
	changed.Select = strings.Replace(m.Select, "sum(toInt64(r._sign))", "sum(toInt64(r._sign) * 2)", 1)
	require.NotEqual(t, m.Select, changed.Select)
	_, _, err = (&apply.Applier{Server: b.Client}).Held(context.Background(), &changed)
	require.ErrorIs(t, err, apply.ErrNotAsItsFile)
}

// Raw that holds rows which ops.applied does not know is no moment at which anything is known to be complete.
func TestRowsThatAreNotAppliedAreNotCompared(t *testing.T) {
	b := newBench(t)
	m := named(t, "returns")
	_, failed := b.apply([]*model.Model{m})
	require.Empty(t, failed)
	b.insert("returns", "a", []string{`{"number":"1","amount":"1.00","_sign":1,"_version":1,"_op":"c","_incarnation":"i1","_offset":1}`})
	b.run("TRUNCATE TABLE ops.applied")
	ctx, cancel := context.WithTimeout(context.Background(), 3*pause)
	defer cancel()
	_, err := verify.Model(ctx, b.Client, (&apply.Applier{Server: b.Client}).Held, m)
	require.Error(t, err)
	require.Equal(t, "0", b.value("SELECT count() FROM system.tables WHERE name LIKE 'verify_%'"), "a copy was left behind")
}

// What is older than a model keeps is neither shown nor compared: a change of an old row meets no group any more.
func TestWhatIsOlderThanAModelKeepsIsNotShown(t *testing.T) {
	b := newBench(t)
	m := *named(t, "returns")
	m.Retention = 30
	row := `{"number":"%d","amount":"1.00","opened_at":"%s","_sign":1,"_version":1,"_op":"c","_incarnation":"i1","_offset":%d}`
	day := func(ago int) string { return time.Now().UTC().AddDate(0, 0, -ago).Format(time.DateTime) }
	b.insert("returns", "a", []string{fmt.Sprintf(row, 1, day(29), 1), fmt.Sprintf(row, 2, day(31), 2), fmt.Sprintf(row, 3, day(40), 3)})
	_, failed := b.apply([]*model.Model{&m})
	require.Empty(t, failed)
	require.Equal(t, "1", b.value("SELECT sum(returns) FROM sales.returns"))
	held, _, err := (&apply.Applier{Server: b.Client}).Held(context.Background(), &m)
	require.NoError(t, err)
	b.run("OPTIMIZE TABLE " + held[1] + " FINAL")
	require.Equal(t, "2", b.value("SELECT count() FROM "+held[1]), "what is older goes, two days later than it is hidden")
	b.verify([]*model.Model{&m})
	b.insert("returns", "b", []string{strings.Replace(fmt.Sprintf(row, 3, day(40), 4), `"_sign":1`, `"_sign":-1`, 1)})
	require.Equal(t, "1", b.value("SELECT sum(returns) FROM sales.returns"))
	m.Grain = []string{"reason", "category", "status", "currency"}
	m.Select = strings.Replace(m.Select, "toDate(r.opened_at) AS day,", "", 1)
	m.Select = strings.Replace(m.Select, "day, ", "", 1)
	_, err = (&apply.Applier{Server: b.Client}).Apply(context.Background(), &m)
	require.ErrorIs(t, err, target.ErrShape, "%s", m.Select)
}
