package compose

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/compose/compare"
)

// port is where a port of a service is published.
func (s *stand) port(service string, port int) string {
	s.t.Helper()
	return s.compose("port", service, strconv.Itoa(port))
}

func (s *stand) secret(name string) string {
	text, err := os.ReadFile(filepath.Join(s.secrets, name))
	require.NoError(s.t, err)
	return string(text)
}

func (s *stand) addresses() compare.Addresses {
	return compare.Addresses{
		Postgres:   fmt.Sprintf("postgres://tidemark:%s@%s/shop?sslmode=disable", s.secret("postgres_password"), s.port("postgres", 5432)),
		Mongo:      fmt.Sprintf("mongodb://tidemark:%s@%s/?directConnection=true&authSource=admin", s.secret("mongo_password"), s.port("mongo", 27017)),
		ClickHouse: "http://" + s.port("clickhouse", 8123), ClickHouseUser: "tidemark", ClickHousePassword: s.secret("clickhouse_password"),
	}
}

func (s *stand) clickhouse() compare.ClickHouse {
	a := s.addresses()
	return compare.ClickHouse{URL: a.ClickHouse, User: a.ClickHouseUser, Password: a.ClickHousePassword}
}
