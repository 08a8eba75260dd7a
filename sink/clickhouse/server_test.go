package clickhouse_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse/clickhousetest"
)

// signed makes a log, a current state and a sum that are fed from it, as contracts and
// models do.
func signed(t *testing.T) *clickhouse.Conn {
	conn := clickhousetest.Connect(t)
	clickhousetest.Exec(t, conn, "DROP DATABASE IF EXISTS conn_test", "CREATE DATABASE conn_test",
		"CREATE TABLE conn_test.raw (id UInt64, x Int64, _sign Int8, _version UInt64) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100",
		"CREATE TABLE conn_test.current (id UInt64, x Int64, _version UInt64) ENGINE = ReplacingMergeTree(_version) ORDER BY id SETTINGS non_replicated_deduplication_window = 100",
		"CREATE TABLE conn_test.sums (x SimpleAggregateFunction(sum, Int64)) ENGINE = AggregatingMergeTree ORDER BY () SETTINGS non_replicated_deduplication_window = 100",
		"CREATE MATERIALIZED VIEW conn_test.to_current TO conn_test.current AS SELECT id, x, _version FROM conn_test.raw WHERE _sign = 1",
		"CREATE MATERIALIZED VIEW conn_test.to_sums TO conn_test.sums AS SELECT sum(r.x * r._sign) AS x FROM conn_test.raw AS r")
	t.Cleanup(func() { _ = conn.Exec(context.Background(), "DROP DATABASE IF EXISTS conn_test") })
	return conn
}

func block(from, n int) proto.Input {
	var id, version proto.ColUInt64
	var x proto.ColInt64
	var sign proto.ColInt8
	for i := range n {
		id.Append(uint64(from + i))
		version.Append(1)
		x.Append(1)
		sign.Append(1)
	}
	return proto.Input{{Name: "id", Data: id}, {Name: "x", Data: x}, {Name: "_sign", Data: sign}, {Name: "_version", Data: version}}
}

const state = `SELECT assumeNotNull(concat(toString((SELECT count() FROM conn_test.raw)), ' ', toString((SELECT count() FROM conn_test.current)), ' ', toString((SELECT sum(x) FROM conn_test.sums))))`

// A block sent again under its token changes nothing anywhere; the same block under
// another token is another batch.
func TestATokenCountsOnceInTheTableAndThroughItsViews(t *testing.T) {
	conn := signed(t)
	for range 3 {
		require.NoError(t, conn.Insert(t.Context(), "conn_test", "raw", block(0, 10), "i/t/0/0-9"))
		require.Equal(t, []string{"10 10 10"}, clickhousetest.Texts(t, conn, state))
	}
	require.NoError(t, conn.Insert(t.Context(), "conn_test", "raw", block(100, 10), "i/t/0/10-19"))
	require.Equal(t, []string{"20 20 20"}, clickhousetest.Texts(t, conn, state))
	require.NoError(t, conn.Insert(t.Context(), "conn_test", "raw", block(0, 10), "i/t/0/20-29"))
	require.Equal(t, []string{"30 30 30"}, clickhousetest.Texts(t, conn, state))
}

// A view that fails fails the insert; after it is mended, the retry fills exactly what
// was missed.
func TestARetryAfterAFailedViewFillsWhatWasMissed(t *testing.T) {
	conn := signed(t)
	clickhousetest.Exec(t, conn, "ALTER TABLE conn_test.to_sums MODIFY QUERY SELECT sum(r.x * r._sign) + throwIf(count() > 0) AS x FROM conn_test.raw AS r")
	for range 2 {
		err := conn.Insert(t.Context(), "conn_test", "raw", block(0, 10), "one")
		var failed *clickhouse.Error
		require.ErrorAs(t, err, &failed)
		require.True(t, failed.Retryable(), "%v", err)
		require.EqualValues(t, proto.ErrFunctionThrowIfValueIsNonZero, failed.Code)
	}
	clickhousetest.Exec(t, conn, "ALTER TABLE conn_test.to_sums MODIFY QUERY SELECT sum(r.x * r._sign) AS x FROM conn_test.raw AS r")
	for range 2 {
		require.NoError(t, conn.Insert(t.Context(), "conn_test", "raw", block(0, 10), "one"))
		require.Equal(t, []string{"10 10 10"}, clickhousetest.Texts(t, conn, state))
	}
}

func TestALargeBlockIsOnePart(t *testing.T) {
	conn := signed(t)
	require.NoError(t, conn.Insert(t.Context(), "conn_test", "raw", block(0, 1_500_000), "large"))
	parts := clickhousetest.Texts(t, conn, "SELECT toString(count()) FROM system.parts WHERE database = 'conn_test' AND table = 'raw' AND active")
	require.Equal(t, []string{"1"}, parts)
	require.NoError(t, conn.Insert(t.Context(), "conn_test", "raw", block(0, 1_500_000), "large"))
	require.Equal(t, []string{"1500000 1500000 1500000"}, clickhousetest.Texts(t, conn, state))
}

func TestSchemaFaultsStopAndTheConnectionGoesOn(t *testing.T) {
	conn := signed(t)
	bad := block(0, 1)
	bad[1].Name = "nosuch"
	text := block(0, 1)
	text[1].Data = proto.ColStr{Buf: []byte("x"), Pos: []proto.Position{{Start: 0, End: 1}}}
	for name, attempt := range map[string]error{
		"table":    conn.Insert(t.Context(), "conn_test", "nosuch", block(0, 1), "a"),
		"database": conn.Insert(t.Context(), "nosuch", "raw", block(0, 1), "b"),
		"column":   conn.Insert(t.Context(), "conn_test", "raw", bad, "c"),
		"no rows":  conn.Insert(t.Context(), "conn_test", "raw", block(0, 0), "d"),
		"syntax":   conn.Exec(t.Context(), "SELEKT"),
		"unknown":  conn.Exec(t.Context(), "SELECT nosuch FROM conn_test.raw"),
	} {
		var failed *clickhouse.Error
		require.ErrorAs(t, attempt, &failed, name)
		require.Equal(t, clickhouse.Stop, failed.Class, "%s: %v", name, attempt)
	}
	require.Error(t, conn.Insert(t.Context(), "conn_test", "raw", text, "e"), "a text that is no number")
	require.NoError(t, conn.Insert(t.Context(), "conn_test", "raw", block(0, 10), "f"))
	require.Equal(t, []string{"10 10 10"}, clickhousetest.Texts(t, conn, state))
}

func TestAWrongPasswordStops(t *testing.T) {
	cfg := clickhousetest.Config(t)
	cfg.Password = "wrong"
	err := clickhouse.New(cfg).Open(t.Context())
	var failed *clickhouse.Error
	require.ErrorAs(t, err, &failed)
	require.Equal(t, clickhouse.Stop, failed.Class, "%v", err)
	require.NotContains(t, fmt.Sprint(err, cfg.LogValue()), cfg.Password)
}

func TestTimeoutsAreRetriedOnANewConnection(t *testing.T) {
	cfg := clickhousetest.Config(t)
	cfg.QueryTimeout = 200 * time.Millisecond
	conn := clickhouse.New(cfg)
	defer conn.Close()
	err := conn.Exec(t.Context(), "INSERT INTO FUNCTION null('x UInt8') SELECT sleep(3)")
	var failed *clickhouse.Error
	require.ErrorAs(t, err, &failed)
	require.True(t, failed.Retryable())
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, conn.Ping(t.Context()))
}

func TestACancelledContextIsNoServerFault(t *testing.T) {
	conn := clickhousetest.Connect(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, conn.Exec(ctx, "SELECT 1"), context.Canceled)
	require.NoError(t, conn.Open(t.Context()))
	require.NoError(t, conn.Ping(t.Context()))
}

// Open notices that the connection went away while nobody looked.
func TestOpenReplacesADeadConnection(t *testing.T) {
	cfg := clickhousetest.Config(t)
	proxy := newProxy(t, cfg.Addr)
	cfg.Addr = proxy.addr()
	conn := clickhouse.New(cfg)
	defer conn.Close()
	require.NoError(t, conn.Open(t.Context()))
	proxy.cut()
	require.Error(t, conn.Ping(t.Context()))
	require.NoError(t, conn.Open(t.Context()))
	proxy.cut()
	require.NoError(t, conn.Open(t.Context()), "found dead by Open itself")
	require.NoError(t, conn.Ping(t.Context()))
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	require.NoError(t, l.Close())
	err = clickhouse.New(clickhouse.Config{Addr: addr}).Open(t.Context())
	var failed *clickhouse.Error
	require.True(t, errors.As(err, &failed) && failed.Retryable() && failed.Code == 0, "%v", err)
}

// What was checked before it goes over the connection that was open then, or not at all:
// the server closes what rests, and nothing connects again behind the check.
func TestAConnectionThatRestsTooLongDoesNotInsert(t *testing.T) {
	conn := signed(t)
	cfg := clickhousetest.Config(t)
	cfg.Idle = time.Second
	rested := clickhouse.New(cfg)
	defer rested.Close()
	require.NoError(t, rested.Open(t.Context()))
	time.Sleep(2500 * time.Millisecond) // the server looks once a second
	err := rested.Insert(t.Context(), "conn_test", "raw", block(0, 10), "late")
	var failed *clickhouse.Error
	require.ErrorAs(t, err, &failed)
	require.True(t, failed.Retryable(), "%v", err)
	require.Equal(t, []string{"0 0 0"}, clickhousetest.Texts(t, conn, state))

	require.NoError(t, rested.Open(t.Context()))
	require.NoError(t, rested.Insert(t.Context(), "conn_test", "raw", block(0, 10), "late"))
	require.Equal(t, []string{"10 10 10"}, clickhousetest.Texts(t, conn, state))
	time.Sleep(2500 * time.Millisecond)
	require.NoError(t, rested.Insert(t.Context(), "conn_test", "raw", block(10, 10), ""), "what needs no check connects again")
}
