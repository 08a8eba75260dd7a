package pgtest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// Database is a database of its own for one test.
type Database struct {
	Name string
	URL  string // a superuser's
	*pgx.Conn
	t testing.TB
}

var count atomic.Int64

// New makes a database and runs sql in it. It is dropped with its slots when the test ends.
func New(t testing.TB, sql ...string) *Database {
	s := server(t)
	name := fmt.Sprintf("t%d_%d", time.Now().UnixNano()%1e9, count.Add(1))
	admin := dial(t, fmt.Sprintf(s.URL, "postgres"))
	_, err := admin.Exec(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	d := &Database{Name: name, URL: fmt.Sprintf(s.URL, name), t: t}
	d.Conn = dial(t, d.URL)
	t.Cleanup(func() { drop(t, admin, d) })
	d.Do(sql...)
	return d
}

func dial(t testing.TB, url string) *pgx.Conn {
	var conn *pgx.Conn
	require.Eventually(t, func() bool {
		var err error
		conn, err = pgx.Connect(t.Context(), url)
		return err == nil
	}, 20*time.Second, 50*time.Millisecond)
	return conn
}

func drop(t testing.TB, admin *pgx.Conn, d *Database) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_ = d.Conn.Close(ctx)
	for _, sql := range []string{
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + d.Name + "'",
		"SELECT pg_sleep(0.1)",
		"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = '" + d.Name + "' AND NOT active",
		"DROP DATABASE IF EXISTS " + d.Name + " WITH (FORCE)",
	} {
		if _, err := admin.Exec(ctx, sql); err != nil {
			t.Logf("clean up: %s: %v", sql, err)
		}
	}
	_ = admin.Close(ctx)
}

// Do runs statements, each on its own.
func (d *Database) Do(sql ...string) {
	d.t.Helper()
	for _, q := range sql {
		_, err := d.Exec(d.t.Context(), q)
		require.NoError(d.t, err, q)
	}
}

// Dial opens another connection to the database.
func (d *Database) Dial() *pgx.Conn {
	conn := dial(d.t, d.URL)
	d.t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// Value asks for one value.
func Value[T any](d *Database, sql string, args ...any) (v T) {
	d.t.Helper()
	require.NoError(d.t, d.QueryRow(d.t.Context(), sql, args...).Scan(&v), sql)
	return v
}
