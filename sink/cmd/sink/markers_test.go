package main

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
	"github.com/tidemark-cdc/tidemark/sink/sinktest"
)

// A snapshot read again finds rows that have gone, rows that have changed and rows that
// it knows; what it no longer finds is taken back at its end.
func TestSnapshotsAndTruncates(t *testing.T) {
	b := newBench(t, 4)
	sink := b.start(1)

	b.src.Begin(b.topic, "s1", true)
	b.src.Insert(500)
	b.src.Snapshot(b.topic.Put)
	b.src.End(b.topic, "s1")
	b.produce(t.Context(), 2_000)
	b.settled(time.Minute)

	b.src.Begin(b.topic, "s2", false)
	b.src.Forget(100) // deleted in the source while nobody listened
	b.src.Rewrite(50) // and changed
	b.src.Snapshot(b.topic.Put)
	b.src.End(b.topic, "s2")
	b.produce(t.Context(), 500)
	b.settled(time.Minute)

	b.src.Truncate(b.topic)
	b.produce(t.Context(), 300)
	b.settled(time.Minute)
	b.stop(sink)
}

func TestBadRecordsBecomeDeadLetters(t *testing.T) {
	b := newBench(t, 5)
	sink := b.start(1)
	b.produce(t.Context(), 500)
	bad := func(value string, header []byte) {
		b.topic.Put(sinktest.Record{Partition: 2, Key: []byte(`{"id":-1}`), Value: []byte(value), Header: header})
	}
	bad(`{"before":null`, b.src.Next(event.Create).Append(nil))
	bad(`{"before":null,"after":{"id":-1,"name":"x","amount":"1e99","note":null,"updated_at":"2026-01-01T00:00:00Z"},"op":"c"}`, b.src.Next(event.Create).Append(nil))
	bad(`no header`, nil)
	bad("short header", []byte{1, 2, 3})
	require.NoError(t, b.topic.Flush(t.Context()))
	b.produce(t.Context(), 500)
	b.settled(time.Minute)

	out, err := exec.CommandContext(t.Context(), b.program, append([]string{"deadletters", "list", "--json", "--topic", b.src.Topic()}, b.args...)...).Output()
	require.NoError(t, err)
	var reasons []string
	var first printed
	for i, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		var p printed
		require.NoError(t, json.Unmarshal([]byte(line), &p))
		reasons = append(reasons, p.Reason)
		if i == 0 {
			first = p
		}
	}
	require.Equal(t, []string{"malformed", "range", "header", "header"}, reasons)
	require.Equal(t, `{"before":null`, first.Value)
	require.Equal(t, `{"id":-1}`, first.Key)

	out, err = exec.CommandContext(t.Context(), b.program, append([]string{"deadletters", "show", first.ID}, b.args...)...).Output()
	require.NoError(t, err)
	require.Contains(t, string(out), `{"before":null`)
	b.stop(sink)
	require.Equal(t, []string{"4"}, clickhousetest.Texts(t, b.ch, "SELECT toString(count()) FROM ops.dead_letters FINAL WHERE topic = '"+b.src.Topic()+"'"))
}
