package mend

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
)

// since adds a table that is fed from offset 10 on, as one that was made beside a
// pipeline that ran, with what lies below in another.
func (b *bench) since() {
	for _, sql := range []string{
		"CREATE TABLE %[1]s.since AS %[1]s.kinds",
		"CREATE TABLE %[1]s.since_past AS %[1]s.kinds",
		"CREATE MATERIALIZED VIEW %[1]s.since_mv TO %[1]s.since AS SELECT r.kind AS kind, sum(r.amount * r._sign) AS amount, sum(r._sign) AS n FROM (SELECT * FROM raw.%[1]s WHERE _offset >= 10) AS r GROUP BY kind",
		"ALTER TABLE %[1]s.since MODIFY SETTING merge_selecting_sleep_ms = 60000, max_bytes_to_merge_at_max_space_in_pool = 1",
	} {
		clickhousetest.Exec(b.t, b.conn, fmt.Sprintf(sql, b.name))
	}
}

func (b *bench) fillPast() {
	clickhousetest.Exec(b.t, b.conn, fmt.Sprintf("INSERT INTO %[1]s.since_past SELECT r.kind AS kind, sum(r.amount * r._sign) AS amount, sum(r._sign) AS n FROM raw.%[1]s AS r WHERE _offset < 10 GROUP BY kind", b.name))
}

// sums are those of every table that is fed from offset 10 on and of its past.
func (b *bench) sums() (live, both []string) {
	read := "SELECT concat(kind, ' ', toString(sum(amount)), ' ', toString(sum(n))) AS s FROM %s AS x GROUP BY kind ORDER BY s"
	return clickhousetest.Texts(b.t, b.conn, fmt.Sprintf(read, b.name+".since")),
		clickhousetest.Texts(b.t, b.conn, fmt.Sprintf(read, fmt.Sprintf("(SELECT * FROM %[1]s.since UNION ALL SELECT * FROM %[1]s.since_past)", b.name)))
}

// A part that vanished from a table with a past is put back, and what the past holds is
// neither taken off nor added again: before the past is filled, while it is and after.
func TestATableWithAPastIsSetToWhatItLacks(t *testing.T) {
	b := newBench(t)
	whole := fmt.Sprintf(`{"select":"SELECT r.kind AS kind, sum(r.amount * r._sign) AS amount, sum(r._sign) AS n FROM raw.%[1]s AS r GROUP BY kind"}`, b.name)
	b.still()
	b.since()
	b.insert(20)
	j := b.insert(7)
	live, _ := b.sums()
	lose := func() {
		before, _ := b.sums()
		b.vanish(b.name, "since", b.newest(b.name, "since"))
		now, _ := b.sums()
		require.NotEqual(t, before, now)
		require.NoError(t, b.mend(j))
	}
	lose()
	now, _ := b.sums()
	require.Equal(t, live, now)
	b.fillPast()
	_, both := b.sums()
	lose()
	now, sum := b.sums()
	require.Equal(t, live, now)
	require.Equal(t, both, sum)
	clickhousetest.Exec(t, b.conn, fmt.Sprintf("ALTER TABLE %s.since_past MODIFY COMMENT '%s'", b.name, whole))
	lose()
	_, sum = b.sums()
	require.Equal(t, both, sum)
	require.Equal(t, clickhousetest.Texts(t, b.conn, fmt.Sprintf("SELECT concat(kind, ' ', toString(sum(amount)), ' ', toString(sum(n))) AS s FROM %s.kinds GROUP BY kind ORDER BY s", b.name)), sum)

	// Raw that is folded below the boundary with rows above it keeps only the sum of both.
	clickhousetest.Exec(t, b.conn, fmt.Sprintf("INSERT INTO %[1]s.since SELECT kind, amount, n FROM %[1]s.since_past", b.name),
		fmt.Sprintf("TRUNCATE TABLE %s.since_past", b.name))
	lose()
	_, sum = b.sums()
	require.Equal(t, both, sum)
}
