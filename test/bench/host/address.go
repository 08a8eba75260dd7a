package host

import (
	"fmt"
	"os"
	"strings"

	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// Transport is how a reader of PostgreSQL's log is connected.
type Transport string

// The transports. PostgreSQL sends one message per system call, so they differ by half.
const (
	Unix Transport = "unix socket"
	TCP  Transport = "TCP"
)

// Admin is the URL of a database as superuser.
func (h *Host) Admin(database string) string { return h.Postgres(Unix, database) }

// Postgres is the URL of a database over a transport, as superuser.
func (h *Host) Postgres(t Transport, database string) string {
	s := h.stack.Site
	if t == Unix {
		return s.PostgresSocketURL("tidemark", s.Secrets.Postgres, database)
	}
	return s.PostgresURL("tidemark", s.Secrets.Postgres, database)
}

// PostgresArgs are the same for PostgreSQL's own programs: arguments and environment.
func (h *Host) PostgresArgs(t Transport, database string) (args, env []string) {
	s := h.stack.Site
	address := "127.0.0.1"
	if t == Unix {
		address = s.SocketDir()
	}
	args = []string{"-h", address, "-p", fmt.Sprint(s.Ports.Number[site.Postgres]), "-U", "tidemark", "-d", database}
	return args, []string{"PGPASSWORD=" + s.Secrets.Postgres}
}

// Kafka is the broker's host:port.
func (h *Host) Kafka() string { return h.stack.Site.Ports.Addr(site.Kafka) }

// ClickHouse is where the server is and who we are.
type ClickHouse struct{ Addr, User, Password string }

// ClickHouse gives the address of the native protocol.
func (h *Host) ClickHouse() ClickHouse {
	s := h.stack.Site
	return ClickHouse{Addr: s.Ports.Addr(site.ClickHouse), User: "tidemark", Password: s.Secrets.ClickHouse}
}

// Environ is this process's environment for one of our programs: without any setting of
// ours that may be in it, because settings there come before the configuration file.
func (h *Host) Environ() []string {
	env := []string{"TIDEMARK_CLICKHOUSE_PASSWORD=" + h.stack.Site.Secrets.ClickHouse}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "TIDEMARK_") {
			env = append(env, v)
		}
	}
	return env
}
