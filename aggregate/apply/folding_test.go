package apply_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/aggregate/apply"
	"github.com/tidemark-cdc/tidemark/aggregate/model"
)

func TestNothingIsBuiltWhileRawIsFolded(t *testing.T) {
	b := newBench(t)
	m := orders(t, "sum(toInt64(r._sign))")
	b.live(8, 60)
	t.Cleanup(func() {
		b.run("DROP TABLE IF EXISTS ops.compaction_lease SYNC")
		b.run("TRUNCATE TABLE ops.compaction")
	})
	lease := func(until time.Time) {
		b.run(fmt.Sprintf(`CREATE TABLE ops.compaction_lease (held UInt8) ENGINE = Memory COMMENT '{"holder": "h/1", "until": %d}'`, until.Unix()))
	}
	a := &apply.Applier{Server: b.Client}
	lease(time.Now().Add(time.Hour))
	_, err := a.Apply(t.Context(), m)
	require.ErrorIs(t, err, apply.ErrCompacting)
	b.run("DROP TABLE ops.compaction_lease SYNC")
	lease(time.Now().Add(-time.Hour))
	b.run("INSERT INTO ops.compaction (run, table, partition, what, step) VALUES ('r', 'orders', '1', 'fold', 'folded')")
	_, err = a.Apply(t.Context(), m)
	require.ErrorIs(t, err, apply.ErrCompacting)
	b.run("INSERT INTO ops.compaction (run, table, partition, what, step) VALUES ('r', 'orders', '1', 'fold', 'done')")
	_, failed := b.apply([]*model.Model{m})
	require.Empty(t, failed)
	b.verify([]*model.Model{m})
}

// chunked fails behind the first chunk, as a program that is killed there does.
type chunked struct {
	apply.Server
	summed bool
}

func (s *chunked) Exec(ctx context.Context, sql string) error {
	if s.summed {
		return context.DeadlineExceeded
	}
	s.summed = strings.HasPrefix(sql, "INSERT INTO ops.aggregate_builds") && !strings.Contains(sql, ", '', ")
	return s.Server.Exec(ctx, sql)
}

// Folded rows have other offsets, by which chunks are cut.
func TestABuildDoesNotOutliveACompaction(t *testing.T) {
	for _, folded := range []bool{false, true} {
		t.Run(fmt.Sprint("folded=", folded), func(t *testing.T) {
			b := newBench(t)
			m := orders(t, "sum(toInt64(r._sign))")
			b.live(9, 60)
			t.Cleanup(func() { b.run("TRUNCATE TABLE ops.compaction") })
			_, err := (&apply.Applier{Server: &chunked{Server: b.Client}}).Apply(context.Background(), m)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			begun := b.value("SELECT groupArray(uuid) FROM system.tables WHERE database = 'sales_state' AND engine NOT LIKE '%View'")
			if folded {
				b.run("INSERT INTO ops.compaction (run, table, partition, what, step) VALUES ('r', 'orders', '1', 'fold', 'done')")
			}
			_, failed := b.apply([]*model.Model{m})
			require.Empty(t, failed)
			b.verify([]*model.Model{m})
			ended := b.value("SELECT groupArray(uuid) FROM system.tables WHERE database = 'sales_state' AND engine NOT LIKE '%View'")
			require.Equal(t, !folded, strings.Contains(begun, strings.Trim(ended, "[]")), "begun %s, ended %s", begun, ended)
		})
	}
}
