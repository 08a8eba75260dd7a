package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
	"github.com/tidemark-cdc/tidemark/sink/replay"
	"github.com/tidemark-cdc/tidemark/sink/sinktest"
)

// aggregates gives the table two aggregates: one that was there from the beginning, and
// one with a boundary, below which it was filled in; and a view that shows each.
func (b *bench) aggregates() {
	n := b.src.Table
	require.NoError(b.t, b.ch.Open(b.t.Context())) // the program's making may have taken longer than the server waits
	b.t.Cleanup(func() { _ = b.ch.Exec(context.Background(), "DROP DATABASE IF EXISTS "+n+"_agg SYNC") })
	const columns = "(bucket Int64, n SimpleAggregateFunction(sum, Int64), amount SimpleAggregateFunction(sum, Decimal(38, 2)), seen SimpleAggregateFunction(sum, Int64)) ENGINE = AggregatingMergeTree ORDER BY bucket SETTINGS non_replicated_deduplication_window = 10000 COMMENT 'a model'"
	const model = "SELECT r.id %% 50 AS bucket, sum(toInt64(r._sign)) AS n, sum(r.amount * r._sign) AS amount, toInt64(count()) AS seen FROM %s AS r GROUP BY bucket"
	clickhousetest.Exec(b.t, b.ch, "CREATE DATABASE "+n+"_agg",
		"CREATE TABLE "+n+"_agg.whole "+columns, "CREATE TABLE "+n+"_agg.later "+columns,
		"CREATE MATERIALIZED VIEW "+n+"_agg.whole_mv TO "+n+"_agg.whole AS "+fmt.Sprintf(model, "raw."+n))
	b.show("whole", n+"_agg.whole")
}

// show makes the view that people query.
func (b *bench) show(name, from string) {
	clickhousetest.Exec(b.t, b.ch, fmt.Sprintf("CREATE VIEW %[1]s_agg.show_%[2]s AS SELECT bucket, sum(t.n) AS n, sum(t.amount) AS amount, sum(t.seen) AS seen FROM %[3]s AS t GROUP BY bucket HAVING n != 0", b.src.Table, name, from))
}

// later begins, as package aggregate does, the second aggregate while nothing is written.
func (b *bench) later() {
	n := b.src.Table
	ends := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(b.ends(b.t.Context()))), "), toUInt64("), "[]")
	above := "multiIf(_incarnation = 'inc1', _offset >= transform(_partition, [0, 1, 2, 3], [toUInt64(" + ends + ")], toUInt64(0)), true)"
	const model = "SELECT r.id %% 50 AS bucket, sum(toInt64(r._sign)) AS n, sum(r.amount * r._sign) AS amount, toInt64(count()) AS seen FROM %s AS r GROUP BY bucket"
	clickhousetest.Exec(b.t, b.ch,
		"CREATE MATERIALIZED VIEW "+n+"_agg.later_mv TO "+n+"_agg.later AS "+fmt.Sprintf(model, "(SELECT * FROM raw."+n+" WHERE "+above+")"),
		"CREATE TABLE "+n+"_agg.later_past AS "+n+"_agg.later",
		"INSERT INTO "+n+"_agg.later_past "+fmt.Sprintf(model, "(SELECT * FROM raw."+n+" WHERE NOT ("+above+"))"),
		"ALTER TABLE "+n+"_agg.later_past MODIFY COMMENT '{\"select\":\""+fmt.Sprintf(model, "raw."+n)+"\"}'")
	b.show("later", "(SELECT * FROM "+n+"_agg.later UNION ALL SELECT * FROM "+n+"_agg.later_past)")
}

// sums checks that the aggregates are what raw and the source say.
func (b *bench) sums() {
	n := b.src.Table
	want := clickhousetest.Texts(b.t, b.ch, "SELECT concat(toString(id % 50), ' ', toString(count()), ' ', toString(sum(amount))) AS t FROM shop."+n+" GROUP BY id % 50 ORDER BY id % 50")
	for _, v := range []string{"whole", "later"} {
		require.Equal(b.t, want, clickhousetest.Texts(b.t, b.ch, fmt.Sprintf("SELECT concat(toString(bucket), ' ', toString(n), ' ', toString(amount)) AS t FROM %s_agg.show_%s ORDER BY bucket", n, v)), v)
	}
	require.Equal(b.t, []string{fmt.Sprint(b.src.Signed)}, clickhousetest.Texts(b.t, b.ch, "SELECT toString(sum(seen)) AS t FROM "+n+"_agg.show_later"))
}

// replay runs `sink replay` and gives what it printed.
func (b *bench) replay(more ...string) ([]byte, error) {
	cmd := exec.CommandContext(b.t.Context(), b.program, append(append([]string{"replay", b.src.Topic()}, more...), b.args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var errout strings.Builder
	cmd.Stderr = &errout
	out, err := cmd.Output()
	require.NoError(b.t, b.ch.Open(b.t.Context())) // it may have taken longer than the server waits for us
	if err != nil {
		err = fmt.Errorf("%w: %s", err, last(errout.String(), 2000))
	}
	return out, err
}

type replayed struct {
	ID       string
	Resumed  bool
	Findings []replay.Finding
}

func (b *bench) replayJSON(more ...string) (o replayed) {
	out, err := b.replay(append(more, "--json")...)
	require.NoError(b.t, err)
	require.NoError(b.t, json.Unmarshal(out, &o), string(out))
	return o
}

func total(all []replay.Finding) (missing, fill, foreign int64) {
	for _, f := range all {
		missing, fill, foreign = missing+f.Missing, fill+f.Fill, foreign+f.Foreign
	}
	return missing, fill, foreign
}

// clean checks that replays have left nothing behind.
func (b *bench) clean() {
	require.Equal(b.t, []string{"0"}, clickhousetest.Texts(b.t, b.ch, "SELECT toString(count()) AS t FROM ops.replays FINAL WHERE phase != 'done' AND topic = '"+b.src.Topic()+"'"))
	require.Equal(b.t, []string{"0"}, clickhousetest.Texts(b.t, b.ch, "SELECT toString(count()) AS t FROM system.tables WHERE startsWith(database, 'replay_') AND name = 'raw_"+b.src.Table+"'"))
}

// varied produces all kinds of records: updates without before images, a snapshot that
// sweeps, a truncate.
func (b *bench) varied() {
	b.src.Unchained = 0.2
	b.produce(b.t.Context(), 6_000)
	b.src.Begin(b.topic, "one", false)
	b.src.Forget(100)
	b.src.Rewrite(100)
	b.src.Snapshot(b.topic.Put)
	b.src.End(b.topic, "one")
	b.produce(b.t.Context(), 2_000)
	b.src.Truncate(b.topic)
	b.produce(b.t.Context(), 6_000)
}

// Rows of raw that somebody has deleted are found and filled in, while sinks write; what
// they fed is right afterwards, whether or not it had lost them too.
func TestReplayFillsInWhatRawLacks(t *testing.T) {
	b := newBench(t, 31)
	b.aggregates()
	one := b.start(1)
	b.varied()
	b.settled(2 * time.Minute)
	b.later()
	b.produce(t.Context(), 2_000)
	b.settled(2 * time.Minute)
	out, err := b.replay("--dry-run")
	require.NoError(t, err)
	require.Contains(t, string(out), "WOULD BE READ")
	require.Zero(t, len(b.replayJSON("--missing", "--dry-run").Findings)-4)

	n := b.src.Table
	// Whole keys, some rows of others, a whole range of offsets; of what they fed some too.
	lost := "id % 41 = 3 OR (id % 43 = 5 AND _sign = 1) OR (_partition = 2 AND _offset BETWEEN 500 AND 900)"
	gone, err := sinktest.Count(t.Context(), b.ch, "SELECT count() AS n FROM raw."+n+" WHERE "+lost)
	require.NoError(t, err)
	clickhousetest.Exec(t, b.ch, "ALTER TABLE raw."+n+" DELETE WHERE "+lost+" SETTINGS mutations_sync = 2",
		"ALTER TABLE current."+n+" DELETE WHERE id % 41 = 3 SETTINGS mutations_sync = 2",
		"ALTER TABLE "+n+"_agg.whole DELETE WHERE bucket = 7 SETTINGS mutations_sync = 2")
	missing, _, foreign := total(b.replayJSON("--missing", "--dry-run").Findings)
	require.EqualValues(t, gone, missing)
	require.Zero(t, foreign)
	b.clean()

	produced := make(chan struct{})
	go func() { // changes that need no image of raw: those would be made from what is left
		defer close(produced)
		b.src.Unchained = 0
		b.produce(t.Context(), 5_000)
	}()
	missing, fill, _ := total(b.replayJSON("--missing").Findings)
	require.EqualValues(t, gone, missing)
	require.Equal(t, missing, fill)
	<-produced
	b.settled(2 * time.Minute)
	b.sums()
	missing, _, foreign = total(b.replayJSON("--missing").Findings)
	require.Zero(t, missing+foreign)
	b.clean()
	b.stop(one)
}

// A second copy shows the past, with the views that people read.
func TestReplayMakesASecondCopy(t *testing.T) {
	b := newBench(t, 32)
	b.aggregates()
	one := b.start(1)
	b.varied()
	then, when := maps.Clone(b.src.Rows), time.Now().UTC()
	time.Sleep(50 * time.Millisecond)
	b.produce(t.Context(), 3_000)
	b.settled(2 * time.Minute)
	b.later()

	past := b.src.Table + "_past"
	t.Cleanup(func() { _ = b.ch.Exec(context.Background(), "DROP DATABASE IF EXISTS "+past+" SYNC") })
	_, err := b.replay("--into", past, "--to", when.Format(time.RFC3339Nano))
	require.NoError(t, err)
	n, err := sinktest.Count(t.Context(), b.ch, "SELECT count() AS n FROM "+past+"."+b.src.Table)
	require.NoError(t, err)
	require.EqualValues(t, len(then), n)
	sum, err := sinktest.Count(t.Context(), b.ch, "SELECT toUInt64(sum(n)) AS n FROM "+past+".show_later")
	require.NoError(t, err)
	require.EqualValues(t, len(then), sum)
	cents := int64(0)
	for _, r := range then {
		cents += r.Cents
	}
	require.Equal(t, []string{fmt.Sprint(cents)}, clickhousetest.Texts(t, b.ch, "SELECT toString(toInt64(sum(amount) * 100)) AS t FROM "+past+".show_whole"))
	_, err = b.replay("--into", past)
	require.ErrorContains(t, err, "exists already")
	b.settled(2 * time.Minute)
	b.clean()
	b.stop(one)
}
