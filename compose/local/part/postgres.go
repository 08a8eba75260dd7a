package part

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/compose/local/fetch"
	"github.com/tidemark-cdc/tidemark/compose/local/process"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

func postgres() Part {
	return Part{
		Name: "postgres", Ports: []string{site.Postgres}, Fetch: []string{"postgres"},
		Ways:    []string{site.Way(site.Capture, site.Postgres)},
		Prepare: initPostgres, Spec: postgresSpec, Ready: pingPostgres, Settle: settlePostgres,
	}
}

func postgresSpec(s *site.Site) (process.Spec, error) {
	bin, err := fetch.PostgresBin(s)
	if err != nil {
		return process.Spec{}, err
	}
	args := []string{filepath.Join(bin, "postgres"), "-D", s.PostgresData()}
	for _, setting := range postgresSettings(s) {
		args = append(args, "-c", setting)
	}
	return process.Spec{
		Args: args, Env: postgresEnviron(), Dir: "/", Log: s.Log("postgres"), User: postgresUser(),
		// SIGINT: fast shutdown, does not wait for clients. SIGQUIT: its own children go too, and the next start recovers.
		Stop: syscall.SIGINT, Death: syscall.SIGQUIT, Grace: 20 * time.Second,
	}, nil
}

func postgresSettings(s *site.Site) []string {
	return []string{
		"port=" + strconv.Itoa(s.Ports.Number[site.Postgres]),
		"listen_addresses=127.0.0.1",
		"unix_socket_directories=" + s.SocketDir(),
		"timezone=UTC", "log_timezone=UTC",
		"log_min_messages=warning",
		"logging_collector=off",
	}
}

// PostgreSQL takes settings from PG*; and /proc/self/environ of a server is readable by its account.
func postgresEnviron() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"}
}

func initPostgres(ctx context.Context, s *site.Site) error {
	bin, err := fetch.PostgresBin(s)
	if err != nil {
		return err
	}
	if err := postgresFolders(s); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(s.PostgresData(), "PG_VERSION")); err == nil {
		return nil
	}
	return initdb(ctx, s, bin)
}

// initdb works in a folder beside the final one, so that an interrupted one is never taken for a database.
func initdb(ctx context.Context, s *site.Site, bin string) error {
	work := s.PostgresData() + ".new"
	if err := os.RemoveAll(work); err != nil {
		return fmt.Errorf("remove an unfinished database: %w", err)
	}
	if err := makeOwned(work, 0o700); err != nil {
		return err
	}
	password := filepath.Join(s.SocketDir(), "password") // a file: the other account may not open a pipe of ours
	if err := writeOwned(password, s.Secrets.Postgres+"\n"); err != nil {
		return err
	}
	defer os.Remove(password)
	err := process.Run(ctx, process.Spec{
		Args: []string{
			filepath.Join(bin, "initdb"), "-D", work, "-U", "tidemark", "--auth=scram-sha-256", "--pwfile=" + password,
			"-E", "UTF8", "--locale=C.UTF-8", "--no-instructions",
		},
		Env: postgresEnviron(), Dir: "/", User: postgresUser(),
	})
	if err != nil {
		return fmt.Errorf("create the PostgreSQL database: %w", err)
	}
	if err := appendReplication(filepath.Join(work, "postgresql.conf")); err != nil {
		return err
	}
	if err := os.Remove(s.PostgresData()); err != nil {
		return fmt.Errorf("put the new database in place: %w", err)
	}
	return os.Rename(work, s.PostgresData())
}

// appendReplication puts what logical replication needs into the server's own file rather than on its command line,
// where ALTER SYSTEM could not change it.
func appendReplication(path string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("configure PostgreSQL: %w", err)
	}
	_, err = f.WriteString("wal_level = logical\nmax_replication_slots = 20\nmax_wal_senders = 20\n")
	return errors.Join(err, f.Close())
}

func pingPostgres(ctx context.Context, s *site.Site) error {
	conn, err := pgx.Connect(ctx, s.PostgresURL("tidemark", s.Secrets.Postgres, "postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return conn.Ping(ctx)
}

// settlePostgres makes the database and the roles of capture and of reconciliation. Both may read every table and write
// none; REPLICATION is what a slot needs, a temporary one too.
func settlePostgres(ctx context.Context, s *site.Site) error {
	conn, err := pgx.Connect(ctx, s.PostgresURL("tidemark", s.Secrets.Postgres, "postgres"))
	if err != nil {
		return fmt.Errorf("connect to set up PostgreSQL: %w", err)
	}
	defer conn.Close(ctx)
	steps := []struct{ missing, make string }{
		{"select 1 from pg_database where datname = 'shop'", "create database shop"},
		{"select 1 from pg_roles where rolname = 'capture'", "create role capture login replication in role pg_read_all_data password '" + s.Secrets.Capture + "'"},
		{"select 1 from pg_roles where rolname = 'reconcile'", "create role reconcile login replication in role pg_read_all_data password '" + s.Secrets.PostgresReconcile + "'"},
	}
	for _, step := range steps {
		tag, err := conn.Exec(ctx, step.missing)
		if err == nil && tag.RowsAffected() == 0 {
			_, err = conn.Exec(ctx, step.make)
		}
		if err != nil {
			return fmt.Errorf("set up PostgreSQL: %w", err)
		}
	}
	return nil
}
