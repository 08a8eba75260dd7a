// Package connect opens connections to PostgreSQL, all with the settings under which values are encoded, and says who must act when
// that fails.
package connect

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/schemas/pgtype"
)

// ApplicationName is what pg_stat_activity shows.
const ApplicationName = "tidemark"

const timeout = 10 * time.Second

// sessionSettings keep a role's or database's own limits from ending sessions that must stay open: the one that exports a snapshot
// is idle in its transaction for as long as the tables are read.
var sessionSettings = [][2]string{
	{"application_name", ApplicationName},
	{"statement_timeout", "0"},
	{"lock_timeout", "0"},
	{"idle_in_transaction_session_timeout", "0"},
	{"search_path", "pg_catalog"},
	{"row_security", "off"}, // a policy that would hide rows from a snapshot is an error then
}

// SQL opens a connection for queries. Errors carry a fault class.
func SQL(ctx context.Context, url string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, badURL(err)
	}
	prepare(&cfg.Config)
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, Fault("connect to "+Redact(&cfg.Config), err)
	}
	return conn, nil
}

// Replication opens a connection that takes replication commands for its database. Errors carry a fault class.
func Replication(ctx context.Context, url string) (*pgconn.PgConn, error) {
	cfg, err := pgconn.ParseConfig(url)
	if err != nil {
		return nil, badURL(err)
	}
	prepare(cfg)
	cfg.RuntimeParams["replication"] = "database"
	conn, err := pgconn.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, Fault("connect for replication to "+Redact(cfg), err)
	}
	return conn, nil
}

func prepare(cfg *pgconn.Config) {
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = timeout
	}
	for _, s := range append(sessionSettings, pgtype.Settings...) {
		cfg.RuntimeParams[s[0]] = s[1]
	}
}

// Redact names a server without its password: user@host:port/database.
func Redact(cfg *pgconn.Config) string {
	return fmt.Sprintf("%s@%s:%d/%s", cfg.User, cfg.Host, cfg.Port, cfg.Database)
}

func badURL(err error) error {
	return fault.New(fault.Config, "read the PostgreSQL URL", err, "The URL looks like postgres://user:password@host:5432/database; a unix socket is given as ?host=/path.")
}

// QuoteLiteral quotes s for SQL that takes no parameters.
func QuoteLiteral(s string) string {
	quoted := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(s, `\`) {
		return "E" + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}

// QuoteName quotes an identifier, or a qualified one given in parts.
func QuoteName(parts ...string) string { return pgx.Identifier(parts).Sanitize() }
