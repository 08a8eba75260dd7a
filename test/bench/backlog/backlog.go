// Package backlog makes the loads that are drained: changes that lie ready behind a
// logical slot, the same ones in every run.
package backlog

import (
	"context"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/test/bench/report"
)

//go:embed schema.sql
var schema string

//go:embed contracts/*.yaml
var contracts embed.FS

// The tables, in the order of their topics.
var Tables = []string{"transactions", "deliveries"}

// Backlog is one load.
type Backlog struct {
	report.Backlog
	Slot string // lies before it; is only ever copied
	// Records are what capture publishes of it: a change each, and a tombstone for each delete.
	Records int64
	End     string // LSN behind it
}

// WriteContracts writes the tables' contracts into a new folder, for a source of that name.
func WriteContracts(dir, source string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the contracts' folder: %w", err)
	}
	for _, t := range Tables {
		text, err := contracts.ReadFile("contracts/" + t + ".yaml")
		if err != nil {
			return fmt.Errorf("read the contract of %s: %w", t, err)
		}
		own := strings.Replace(string(text), "source: pg\n", "source: "+source+"\n", 1)
		if err := os.WriteFile(filepath.Join(dir, t+".yaml"), []byte(own), 0o644); err != nil {
			return fmt.Errorf("write the contract of %s: %w", t, err)
		}
	}
	return nil
}

// Create makes the tables, the publication `tidemark` and the procedures.
func Create(ctx context.Context, db *pgx.Conn) error {
	if _, err := db.Exec(ctx, schema); err != nil {
		return fmt.Errorf("make the benchmark's tables: %w", err)
	}
	return nil
}

// Inserts makes backlog A: single-row inserts, a thousand in each transaction, behind
// the rows that are there. Its slot must exist already.
func Inserts(ctx context.Context, db *pgx.Conn, slot string, first, rows int64) (Backlog, error) {
	b := Backlog{Slot: slot, Records: rows, Backlog: report.Backlog{Name: "A", Changes: rows, Transactions: (rows + 999) / 1000}}
	return b.made(ctx, db, func() error {
		_, err := db.Exec(ctx, "call insert_backlog($1, $2)", pgx.QueryExecModeSimpleProtocol, first, rows)
		return err
	})
}

// Mixed makes backlog B: small transactions that insert, update and delete.
func Mixed(ctx context.Context, db *pgx.Conn, slot string, first, transactions int64) (Backlog, error) {
	b := Backlog{Slot: slot, Backlog: report.Backlog{Name: "B", Transactions: transactions}}
	return b.made(ctx, db, func() error {
		var inserts, updates, deletes int64
		err := db.QueryRow(ctx, "call mixed_backlog($1, $2, null, null, null)", pgx.QueryExecModeSimpleProtocol, first, transactions).
			Scan(&inserts, &updates, &deletes)
		b.Changes = inserts + updates + deletes
		b.Records = b.Changes + deletes
		return err
	})
}

// made runs the load and notes how large it became. Commits don't wait for the disk
// meanwhile; what is written to the log is the same.
func (b *Backlog) made(ctx context.Context, db *pgx.Conn, load func() error) (Backlog, error) {
	start := time.Now()
	var from string
	err := db.QueryRow(ctx, "select set_config('synchronous_commit', 'off', false), pg_current_wal_insert_lsn()::text").Scan(nil, &from)
	if err == nil {
		err = load()
	}
	if err == nil {
		err = db.QueryRow(ctx, "select pg_current_wal_insert_lsn()::text, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1::text::pg_lsn)::bigint", from).
			Scan(&b.End, &b.WAL)
	}
	if err == nil { // a walsender sends only what is on disk
		_, err = db.Exec(ctx, "checkpoint")
	}
	if err == nil {
		_, err = db.Exec(ctx, "set synchronous_commit = on")
	}
	if err != nil {
		return *b, fmt.Errorf("make backlog %s: %w", b.Name, err)
	}
	b.Seconds = time.Since(start).Seconds()
	return *b, nil
}
