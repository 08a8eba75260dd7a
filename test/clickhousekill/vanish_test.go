package clickhousekill

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
)

// table is what the vanishing parts belong to, topic where its rows come from.
const (
	table = "transactions"
	topic = "pg.public.transactions"
	group = "tidemark-sink"
)

// A part is taken from the disk of a killed ClickHouse that remembers its token, as a
// kill between the two does, while the sink holds the range for pending. Whatever table
// it belonged to, a restarted sink finds it missing and puts it back by itself.
func TestWhatVanishedBehindItsTokenComesBack(t *testing.T) {
	if testing.Short() {
		t.Skip("needs the whole stack")
	}
	p := shop
	run := p.program(t.Context(), "shop", "run", "--rate", "300", "--seed", "77", "--for", "3s")
	require.NoError(t, run.Run())
	p.exact(t)
	cases := [][]string{{"sales_state"}, {"raw", "current", "sales_state"}}
	if long {
		cases = append(cases, []string{"raw"}, []string{"current"})
	}
	for _, lost := range cases {
		t.Run(strings.Join(lost, " and "), func(t *testing.T) {
			rows, groups := p.mends(t)
			p.lose(t, lost)
			p.exact(t)
			rowsNow, groupsNow := p.mends(t)
			require.Equal(t, rows+count(lost, "raw"), rowsNow)
			if count(lost, "sales_state") > 0 {
				require.Greater(t, groupsNow, groups)
			}
		})
	}
}

func count(list []string, s string) (n int) {
	for _, one := range list {
		if one == s {
			n++
		}
	}
	return n
}

// lose makes one range pending, and the newest parts of some databases vanish behind its
// token.
func (p *pipeline) lose(t *testing.T, databases []string) {
	t.Helper()
	ctx := t.Context()
	for _, db := range []string{"raw", "current", "sales_state"} {
		for _, name := range p.tables(t, db) {
			p.exec(t, "SYSTEM STOP MERGES "+db+"."+name)
		}
	}
	before := p.parts(t, databases)
	sealed := p.sealOf(t, func() {
		_, err := p.sides.Postgres.Exec(ctx, "UPDATE transactions SET amount = amount + 1 WHERE id = (SELECT id FROM transactions ORDER BY id LIMIT 1)")
		require.NoError(t, err)
	})
	p.exact(t)
	gone := slices.DeleteFunc(p.parts(t, databases), func(path string) bool { return slices.Contains(before, path) })
	require.GreaterOrEqual(t, len(gone), len(databases), "the write reached too little: %v", gone)
	require.NoError(t, p.Halt(ctx, "sink"))
	require.NoError(t, p.Kill(ctx, "clickhouse", syscall.SIGKILL))
	require.NoError(t, p.Halt(ctx, "clickhouse"))
	for _, path := range gone {
		require.NoError(t, os.RemoveAll(path))
	}
	p.adopt(t, sealed)
	require.NoError(t, p.Add(ctx, "clickhouse"))
	require.NoError(t, p.ready(ctx, "clickhouse"))
	require.NoError(t, p.Add(ctx, "sink"))
	require.NoError(t, p.ready(ctx, "sink"))
	p.settled(t, sealed)
}

// parts are the folders of the parts of what the table's rows reach in some databases. A
// view that has no use for a row makes none of it.
func (p *pipeline) parts(t *testing.T, databases []string) (paths []string) {
	t.Helper()
	for _, db := range databases {
		for _, name := range p.tables(t, db) {
			list, err := p.text(t.Context(), fmt.Sprintf("SELECT arrayStringConcat(groupArray(path), '\n') FROM system.parts WHERE active AND database = '%s' AND table = '%s'", db, name))
			require.NoError(t, err)
			paths = append(paths, strings.Split(list, "\n")...)
		}
	}
	return paths
}

// tables are those of a database that the rows of the table reach.
func (p *pipeline) tables(t *testing.T, database string) []string {
	t.Helper()
	if database != "sales_state" {
		return []string{table}
	}
	list, err := p.text(t.Context(), `SELECT arrayStringConcat(groupArray(target_table), ',') FROM system.tables WHERE database = 'sales_state' AND engine = 'MaterializedView'
		AND name IN (SELECT arrayJoin(dependencies_table) FROM system.tables WHERE database = 'raw' AND name = '`+table+`')`)
	require.NoError(t, err)
	require.NotEmpty(t, list)
	return strings.Split(list, ",")
}

func (p *pipeline) exec(t *testing.T, sql string) {
	t.Helper()
	_, err := p.text(t.Context(), sql)
	require.NoError(t, err, sql)
}

// commit is what the group has committed for a partition.
type commit struct {
	partition int
	offset    int64
	metadata  string
}

func (p *pipeline) kafka() *kafka.Client {
	return &kafka.Client{Addr: kafka.TCP(strings.Split(p.env["TIDEMARK_KAFKA_BROKERS"], ",")...)}
}

func (p *pipeline) commits(ctx context.Context) (all []commit, err error) {
	res, err := p.kafka().OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{topic: {0, 1, 2, 3}}})
	if err != nil {
		return nil, err
	}
	for _, c := range res.Topics[topic] {
		all = append(all, commit{c.Partition, c.CommittedOffset, c.Metadata})
	}
	return all, nil
}

// sealOf lets a write happen and gives the commit that sealed it, as it stood before the
// sink called it done. The sink is slowed down by a view for that.
func (p *pipeline) sealOf(t *testing.T, write func()) (sealed commit) {
	t.Helper()
	before, err := p.commits(t.Context())
	require.NoError(t, err)
	p.exec(t, "CREATE DATABASE slow")
	p.exec(t, "CREATE TABLE slow.slow (n UInt8) ENGINE = Null")
	p.exec(t, "CREATE MATERIALIZED VIEW slow.slow_mv TO slow.slow AS SELECT sleep(2) AS n FROM raw."+table+" LIMIT 1")
	defer p.exec(t, "DROP DATABASE slow SYNC")
	write()
	require.Eventually(t, func() bool {
		now, err := p.commits(t.Context())
		if err != nil {
			return false
		}
		for i, c := range now {
			if c != before[i] && strings.Contains(c.metadata, " sealed ") {
				sealed = c
				return true
			}
		}
		return false
	}, patience, 10*time.Millisecond, "no range was sealed")
	return sealed
}

// adopt puts a commit back, as it was when the process that wrote it died.
func (p *pipeline) adopt(t *testing.T, c commit) {
	t.Helper()
	require.Eventually(t, func() bool {
		res, err := p.kafka().OffsetCommit(t.Context(), &kafka.OffsetCommitRequest{GroupID: group, GenerationID: -1,
			Topics: map[string][]kafka.OffsetCommit{topic: {{Partition: c.partition, Offset: c.offset, Metadata: c.metadata}}}})
		return err == nil && res.Topics[topic][0].Error == nil
	}, patience, 200*time.Millisecond, "the group still has a member")
}

// settled waits until the range is done.
func (p *pipeline) settled(t *testing.T, sealed commit) {
	t.Helper()
	var now []commit
	require.Eventually(t, func() bool {
		var err error
		now, err = p.commits(t.Context())
		return err == nil && now[sealed.partition].offset > sealed.offset
	}, patience, 100*time.Millisecond, "%v", &now)
}
