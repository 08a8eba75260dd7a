package site

import (
	"fmt"
	"net/url"
)

// Var is one variable of the environment that the stack offers.
type Var struct{ Name, Value string }

// Env are the addresses and passwords of the stack, as `local env` prints them.
func (s *Site) Env() []Var {
	return []Var{
		{"TIDEMARK_POSTGRES_URL", s.PostgresURL("tidemark", s.Secrets.Postgres, "shop")},
		{"TIDEMARK_MONGO_URL", s.MongoURL()},
		{"TIDEMARK_KAFKA_BROKERS", s.Ports.Addr(Kafka)},
		{"TIDEMARK_CLICKHOUSE_HTTP_URL", "http://" + s.Ports.Addr(ClickHouseHTTP)},
		{"TIDEMARK_CLICKHOUSE_ADDR", s.Ports.Addr(ClickHouse)},
		{"TIDEMARK_CLICKHOUSE_USER", "tidemark"},
		{"TIDEMARK_CLICKHOUSE_PASSWORD", s.Secrets.ClickHouse},
		{"TIDEMARK_CLICKHOUSE_BI_PASSWORD", s.Secrets.BI},
		{"TIDEMARK_RECONCILE_POSTGRES_URL", s.PostgresURL("reconcile", s.Secrets.PostgresReconcile, "shop")},
		{"TIDEMARK_RECONCILE_CLICKHOUSE_USER", "reconcile"},
		{"TIDEMARK_RECONCILE_CLICKHOUSE_PASSWORD", s.Secrets.ClickHouseReconcile},
		{"TIDEMARK_DAGS_CLICKHOUSE_USER", "dags"},
		{"TIDEMARK_DAGS_CLICKHOUSE_PASSWORD", s.Secrets.ClickHouseDags},
		{"TIDEMARK_CAPTURE_URL", "http://" + s.Ports.Addr(Capture)},
		{"TIDEMARK_SINK_URL", "http://" + s.Ports.Addr(Sink)},
		{"TIDEMARK_SUPERSET_URL", "http://" + s.Ports.Addr(Superset)},
		{"TIDEMARK_SUPERSET_ADMIN_PASSWORD", s.Secrets.SupersetAdmin},
		{"TIDEMARK_SUPERSET_ANALYST_PASSWORD", s.Secrets.SupersetAnalyst},
	}
}

// Environ is Env in the form of os.Environ.
func (s *Site) Environ() []string {
	var out []string
	for _, v := range s.Env() {
		out = append(out, v.Name+"="+v.Value)
	}
	return out
}

// PostgresURL is the address of a database over TCP.
func (s *Site) PostgresURL(user, password, database string) string {
	return postgresURL(s.Ports.Addr(Postgres), user, password, database)
}

// CapturePostgresURL is where capture finds the shop's database, as the role of its own.
func (s *Site) CapturePostgresURL() string {
	return postgresURL(s.Reach(Capture, Postgres), "capture", s.Secrets.Capture, "shop")
}

func postgresURL(addr, user, password, database string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(user, password), Host: addr, Path: "/" + database}
	return u.String() + "?sslmode=disable"
}

// PostgresSocketURL is the same over the unix socket.
func (s *Site) PostgresSocketURL(user, password, database string) string {
	return fmt.Sprintf("postgres://%s:%s@/%s?host=%s&port=%d&sslmode=disable",
		user, password, database, url.QueryEscape(s.SocketDir()), s.Ports.Number[Postgres])
}

// MongoURL is the address of the document server, as its administrator.
func (s *Site) MongoURL() string { return s.mongoURL(s.Ports.Addr(Mongo)) }

// CaptureMongoURL is where capture finds the document server. By way of a proxy it may not go where the server says
// that it is.
func (s *Site) CaptureMongoURL() string {
	url := s.mongoURL(s.Reach(Capture, Mongo))
	if s.Proxied {
		url += "&directConnection=true"
	}
	return url
}

func (s *Site) mongoURL(addr string) string {
	u := url.URL{Scheme: "mongodb", User: url.UserPassword("tidemark", s.Secrets.Mongo), Host: addr, Path: "/"}
	return u.String() + "?replicaSet=secantus&authSource=admin&heartbeatFrequencyMS=1000"
}
