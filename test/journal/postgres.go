package journal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// gulp is how many lines are asked for at once; the server ends with the transaction.
const gulp = 20_000

// postgres reads a database's log through a slot of its own. The slot keeps the log until
// it is asked, so nothing is missed by coming late.
type postgres struct {
	url, slot string
	tables    map[string]*table // by the name that test_decoding prints
	names     []string
	since     uint64 // the slot's own beginning
	end       uint64 // of the newest commit that was read
	open      []pending
}

// pending is a change whose commit has not come yet.
type pending struct {
	table  *table
	change Change
}

// openPostgres makes the slot. From then on the server keeps its log for it.
func openPostgres(ctx context.Context, url string, tables []*table) (*postgres, error) {
	p := &postgres{url: url, slot: "tidemark_journal_" + strings.ToLower(rand.Text()[:10]), tables: map[string]*table{}}
	for _, t := range tables {
		name := pgx.Identifier{t.contract.Namespace, t.contract.Table}.Sanitize()
		p.names = append(p.names, name)
		t.identity = name
	}
	conn, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	var lsn string
	if err := conn.QueryRow(ctx, "SELECT lsn::text FROM pg_create_logical_replication_slot($1, 'test_decoding')", p.slot).Scan(&lsn); err != nil {
		return nil, fmt.Errorf("journal: make a slot with test_decoding: %w", err)
	}
	if p.since, err = parseLSN(lsn); err != nil {
		return nil, err
	}
	p.end = p.since
	for _, t := range tables {
		t.since = p.since
	}
	return p, p.describe(ctx, conn, tables)
}

// connect gives a session in which values print as canonical texts want them.
func (p *postgres) connect(ctx context.Context) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig(p.url)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	for name, value := range map[string]string{"timezone": "UTC", "datestyle": "ISO", "bytea_output": "hex", "extra_float_digits": "1"} {
		cfg.RuntimeParams[name] = value
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("journal: connect to PostgreSQL: %w", err)
	}
	return conn, nil
}

// describe learns how test_decoding prints each table's name, and whether its old rows
// are whole. A table that is not there yet is asked for again at the next Sync.
func (p *postgres) describe(ctx context.Context, conn *pgx.Conn, tables []*table) error {
	for _, t := range tables {
		var name, identity string
		err := conn.QueryRow(ctx, `SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relreplident::text
			FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)`, t.identity).Scan(&name, &identity)
		if errors.Is(err, pgx.ErrNoRows) {
			continue
		} else if err != nil {
			return fmt.Errorf("journal: describe %s: %w", t.identity, err)
		}
		p.tables[name], t.full = t, identity == "f"
	}
	return nil
}

// sync reads all that is committed.
func (p *postgres) sync(ctx context.Context, tables []*table) error {
	conn, err := p.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if err := p.describe(ctx, conn, tables); err != nil {
		return err
	}
	for {
		n, err := p.gulp(ctx, conn)
		if err != nil {
			return fmt.Errorf("journal: read slot %s: %w", p.slot, err)
		}
		if n == 0 {
			return nil
		}
	}
}

func (p *postgres) gulp(ctx context.Context, conn *pgx.Conn) (n int, err error) {
	rows, err := conn.Query(ctx, `SELECT lsn::text, data FROM pg_logical_slot_get_changes($1, NULL, $2, 'skip-empty-xacts', '1', 'include-xids', '0')`, p.slot, gulp)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var lsn, line string
		if err := rows.Scan(&lsn, &line); err != nil {
			return n, err
		}
		n++
		if err := p.line(lsn, line); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}

// line takes one line of the plugin.
func (p *postgres) line(lsn, line string) error {
	switch {
	case strings.HasPrefix(line, "BEGIN"):
		p.open = p.open[:0]
		return nil
	case strings.HasPrefix(line, "COMMIT"):
		end, err := parseLSN(lsn)
		if err != nil {
			return err
		}
		return p.commit(end)
	}
	l, ok, err := parseLine(line)
	if err != nil || !ok {
		return err
	}
	for _, name := range l.tables {
		if t := p.tables[name]; t != nil {
			p.open = append(p.open, pending{t, t.change(&l)})
		}
	}
	return nil
}

// commit writes the open transaction, which ends at end. A slot goes back after the
// server was killed and then gives again what it gave before.
func (p *postgres) commit(end uint64) error {
	if end <= p.end {
		return nil
	}
	for i := range p.open {
		c := &p.open[i]
		c.change.From, c.change.To = p.end, end-1
		if err := c.table.add(&c.change); err != nil {
			return err
		}
	}
	p.end, p.open = end, p.open[:0]
	return nil
}

func (p *postgres) close(ctx context.Context) error {
	conn, err := p.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1", p.slot); err != nil {
		return fmt.Errorf("journal: drop slot %s: %w", p.slot, err)
	}
	return nil
}

// parseLSN reads "16/B374D848".
func parseLSN(s string) (uint64, error) {
	high, low, ok := strings.Cut(s, "/")
	h, err := strconv.ParseUint(high, 16, 32)
	l, err2 := strconv.ParseUint(low, 16, 32)
	if err = errors.Join(err, err2); err != nil || !ok {
		return 0, fmt.Errorf("journal: %q is no LSN: %w", s, err)
	}
	return h<<32 | l, nil
}

// change makes a line's change of t, but for its commit.
func (t *table) change(l *printed) Change {
	c := Change{Kind: l.kind}
	if l.kind == Truncate {
		return c
	}
	row, old := l.row, l.old
	c.Key = t.texts(t.keys, row, false)
	if l.kind == Delete {
		c.Key = t.texts(t.keys, old, false)
	}
	if old != nil && t.full {
		c.Before = t.texts(t.columns, old, true)
	}
	if l.kind == Update && old != nil {
		if key := t.texts(t.keys, old, false); compare.Sum(key) != compare.Sum(c.Key) {
			c.OldKey = key
		}
	}
	c.After = t.texts(t.columns, lend(row, old, t.full), false)
	return c
}

// lend fills in what an update left where it was, if the old row is whole.
func lend(row, old map[string]value, full bool) map[string]value {
	for name, v := range row {
		if before, ok := old[name]; v.unchanged && ok && full {
			row[name] = before
		}
	}
	return row
}

// texts prints columns of a row; nil when one is not in it. Old rows leave NULLs out.
func (t *table) texts(cols []contract.Column, row map[string]value, absentIsNull bool) []string {
	if row == nil {
		return nil
	}
	texts := make([]*string, len(cols))
	for i, col := range cols {
		v, ok := row[col.Name]
		switch {
		case v.unchanged, !ok && !absentIsNull:
			return nil
		case ok && !v.null:
			text := postgresText(col.Type, v.text)
			texts[i] = &text
		}
	}
	return compare.Canonical(cols, texts)
}
