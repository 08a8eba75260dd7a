package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
	"github.com/tidemark-cdc/tidemark/sink/sinktest"
)

// poll is what a reader saw: how far the sinks were before, and the rows that an
// aggregate counted then.
type poll struct{ applied, seen []string }

// watching polls what people read until stop is called.
func (b *bench) watching() (stop func() []poll) {
	conn := clickhousetest.Connect(b.t)
	done, polls := make(chan struct{}), make(chan []poll)
	n := b.src.Table
	go func() {
		var all []poll
		for {
			select {
			case <-done:
				polls <- all
				return
			case <-time.After(5 * time.Millisecond):
			}
			var p poll
			p.applied = clickhousetest.Texts(b.t, conn, "SELECT toString(max(next_offset)) AS t FROM ops.applied WHERE topic = '"+b.src.Topic()+"' GROUP BY partition ORDER BY partition")
			p.seen = clickhousetest.Texts(b.t, conn, "SELECT toString(sum(seen)) AS t FROM "+n+"_agg.show_later")
			all = append(all, p)
		}
	}()
	return func() []poll {
		close(done)
		return <-polls
	}
}

// consistent checks that no reader saw less than was applied, nor less than before.
func (b *bench) consistent(all []poll) {
	require.Greater(b.t, len(all), 20)
	before, checked := 0, 0
	for i, p := range all {
		var seen int
		_, err := fmt.Sscan(p.seen[0], &seen)
		require.NoError(b.t, err)
		require.GreaterOrEqual(b.t, seen, before, "a number that only grows has fallen: a half-built table was seen")
		before = seen
		if i%(len(all)/20) != 0 || len(p.applied) < 4 {
			continue
		}
		below := fmt.Sprintf("SELECT count() AS n FROM raw.%s WHERE _offset < transform(_partition, [0, 1, 2, 3], [toUInt64(%s), toUInt64(%s), toUInt64(%s), toUInt64(%s)], toUInt64(0))",
			b.src.Table, p.applied[0], p.applied[1], p.applied[2], p.applied[3])
		applied, err := sinktest.Count(b.t.Context(), b.ch, below)
		require.NoError(b.t, err)
		require.GreaterOrEqual(b.t, uint64(seen), applied, "readers saw fewer rows than are below what is applied")
		checked++
	}
	b.t.Logf("%d polls, %d of them compared with what was applied", len(all), checked)
}

// background produces until the returned function is called.
func (b *bench) background() (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				return
			case <-time.After(50 * time.Millisecond):
				b.produce(b.t.Context(), 300)
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// Raw, the current state and the aggregates are built anew while two sinks write and
// readers read. What somebody has spoilt is right afterwards.
func TestReplayRebuildsWhileTheStreamGoesOn(t *testing.T) {
	b := newBench(t, 33)
	b.aggregates()
	one := b.start(1)
	b.varied()
	b.settled(2 * time.Minute)
	b.later()
	two := b.start(2)
	n := b.src.Table
	clickhousetest.Exec(t, b.ch, "ALTER TABLE current."+n+" DELETE WHERE id % 3 = 0 SETTINGS mutations_sync = 2",
		"ALTER TABLE "+n+"_agg.later UPDATE amount = amount + 1 WHERE bucket = 7 SETTINGS mutations_sync = 2")
	stop, read := b.background(), b.watching()
	b.replayJSON("--rebuild")
	time.Sleep(time.Second)
	stop()
	b.settled(2 * time.Minute)
	b.consistent(read())
	b.sums()
	b.clean()
	require.Equal(t, []string{"a model"}, clickhousetest.Texts(t, b.ch, "SELECT comment AS t FROM system.tables WHERE database = '"+n+"_agg' AND name = 'later'"))
	b.stop(one)
	b.stop(two)
}

// A rebuild that is killed goes on where it stood; one that is given up leaves nothing.
// Sinks are killed too.
func TestAKilledRebuildGoesOn(t *testing.T) {
	b := newBench(t, 34)
	b.aggregates()
	sink := b.start(1)
	b.varied()
	b.settled(2 * time.Minute)
	b.later()
	stop := b.background()
	for round := range 4 {
		cmd := exec.Command(b.program, append([]string{"replay", b.src.Topic(), "--rebuild", "--json", "--batch-rows", "1000"}, b.args...)...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		require.NoError(t, cmd.Start())
		time.Sleep(time.Duration(300+rand.IntN(2500)) * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		clickhousetest.Exec(t, b.ch, b.lapse()) // nobody waits half a minute in a test
		if round == 1 {
			_ = sink.Process.Kill()
			_ = sink.Wait()
			sink = b.start(2)
		}
	}
	for range 20 { // a replay that exchanges is gone through with by the sink
		if _, err := b.replay("--rebuild", "--json"); err == nil {
			break
		}
		clickhousetest.Exec(t, b.ch, b.lapse())
		time.Sleep(500 * time.Millisecond)
	}
	stop()
	b.settled(2 * time.Minute)
	b.sums()
	b.clean()

	cmd := exec.Command(b.program, append([]string{"replay", b.src.Topic(), "--rebuild", "--batch-rows", "100"}, b.args...)...)
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool {
		return clickhousetest.Texts(t, b.ch, "SELECT toString(count()) AS t FROM system.tables WHERE startsWith(database, 'replay_') AND name = 'raw_"+b.src.Table+"'")[0] != "0"
	}, time.Minute, 10*time.Millisecond)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	clickhousetest.Exec(t, b.ch, b.lapse())
	_, err := b.replay("--give-up")
	require.NoError(t, err)
	b.clean()
	b.produce(t.Context(), 1000)
	b.settled(2 * time.Minute)
	b.sums()
	b.stop(sink)
}

// lapse ends the leases of the topic's replays.
func (b *bench) lapse() string {
	return "INSERT INTO ops.replays (id, topic, kind, phase, database, lease_until, plan, at) SELECT id, topic, kind, phase, database, now64(3) - 1, plan, at FROM ops.replays FINAL WHERE phase != 'done' AND topic = '" + b.src.Topic() + "'"
}

// With no sink running there is nobody to stand still; a sink that starts afterwards goes
// on behind what was exchanged.
func TestARebuildWithoutSinks(t *testing.T) {
	b := newBench(t, 35)
	b.aggregates()
	sink := b.start(1)
	b.varied()
	b.settled(2 * time.Minute)
	b.later()
	b.stop(sink)
	b.produce(t.Context(), 1_000)
	require.Eventually(t, func() bool {
		_, err := b.replay("--rebuild")
		if err != nil {
			t.Log(err)
		}
		return err == nil
	}, time.Minute, time.Second) // the group is empty when the session is over
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	require.Equal(t, []string{"a model"}, clickhousetest.Texts(t, b.ch, "SELECT comment AS t FROM system.tables WHERE database = '"+b.src.Table+"_agg' AND name = 'later'"))
	sink = b.start(2)
	require.NoError(t, b.topic.Applied(ctx, b.ch))
	b.settled(2 * time.Minute)
	b.sums()
	b.clean()
	b.stop(sink)
}

// Retention has taken the beginning of the topic: a rebuild from it is refused, one from
// the newest snapshot makes the current state and the sums as they were. What is still in
// the topic is compared and filled in.
func TestReplayWhereTheBeginningIsGone(t *testing.T) {
	b := newBench(t, 36)
	b.aggregates()
	sink := b.start(1)
	b.src.Unchained = 0.2
	b.produce(t.Context(), 3_000)
	cut := b.ends(t.Context())
	b.produce(t.Context(), 1_000)
	b.settled(2 * time.Minute)
	b.later()
	for p, end := range cut {
		b.retention(p, end)
	}
	out, err := b.replay("--dry-run")
	require.NoError(t, err)
	require.Contains(t, string(out), "Retention has taken the beginning")
	_, err = b.replay("--rebuild")
	require.ErrorContains(t, err, "does not hold its beginning")
	_, err = b.replay("--rebuild", "--base", "snapshot")
	require.ErrorContains(t, err, "capture resnapshot")
	require.NoError(t, b.ch.Open(t.Context()))
	b.clean()

	n := b.src.Table
	lost := fmt.Sprintf("_partition = 1 AND _offset >= %d AND id %% 3 = 0", cut[1])
	gone, err := sinktest.Count(t.Context(), b.ch, "SELECT count() AS n FROM raw."+n+" WHERE "+lost)
	require.NoError(t, err)
	clickhousetest.Exec(t, b.ch, "ALTER TABLE raw."+n+" DELETE WHERE "+lost+" SETTINGS mutations_sync = 2")
	missing, fill, foreign := total(b.replayJSON("--missing").Findings)
	require.EqualValues(t, gone, missing)
	require.Equal(t, missing, fill)
	require.Zero(t, foreign)
	b.settled(2 * time.Minute)
	b.sums()

	b.src.Begin(b.topic, "anew", false)
	b.src.Forget(50)
	b.src.Rewrite(50)
	b.src.Snapshot(b.topic.Put)
	b.src.End(b.topic, "anew")
	b.produce(t.Context(), 1_000)
	b.settled(2 * time.Minute)
	clickhousetest.Exec(t, b.ch, "ALTER TABLE current."+n+" DELETE WHERE id % 3 = 0 SETTINGS mutations_sync = 2")
	stop := b.background()
	b.replayJSON("--rebuild", "--base", "snapshot")
	stop()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	require.NoError(t, b.topic.Applied(ctx, b.ch))
	require.NoError(t, b.src.Images(ctx, b.ch))
	want := clickhousetest.Texts(t, b.ch, "SELECT concat(toString(id % 50), ' ', toString(count()), ' ', toString(sum(amount))) AS t FROM shop."+n+" GROUP BY id % 50 ORDER BY id % 50")
	require.Equal(t, want, clickhousetest.Texts(t, b.ch, "SELECT concat(toString(bucket), ' ', toString(n), ' ', toString(amount)) AS t FROM "+n+"_agg.show_later ORDER BY bucket"))
	b.clean()
	b.stop(sink)
}
