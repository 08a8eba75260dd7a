package compare

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/types"
)

// Addresses are where the sides are. Names of the environment as `make env` prints them.
type Addresses struct {
	Postgres           string `name:"postgres-url" env:"TIDEMARK_POSTGRES_URL" help:"PostgreSQL's URL." placeholder:"URL"`
	Mongo              string `name:"mongo-url" env:"TIDEMARK_MONGO_URL" help:"MongoDB's URL." placeholder:"URL"`
	ClickHouse         string `name:"clickhouse-http-url" env:"TIDEMARK_CLICKHOUSE_HTTP_URL" help:"ClickHouse's HTTP URL." placeholder:"URL"`
	ClickHouseUser     string `name:"clickhouse-user" env:"TIDEMARK_CLICKHOUSE_USER" help:"ClickHouse's user." placeholder:"NAME"`
	ClickHousePassword string `name:"clickhouse-password" env:"TIDEMARK_CLICKHOUSE_PASSWORD" help:"ClickHouse's password." placeholder:"TEXT"`
}

// Within are the addresses in an environment, under the names that make env prints; "" where it has none.
func Within(env map[string]string) Addresses {
	return Addresses{
		Postgres: env["TIDEMARK_POSTGRES_URL"], Mongo: env["TIDEMARK_MONGO_URL"], ClickHouse: env["TIDEMARK_CLICKHOUSE_HTTP_URL"],
		ClickHouseUser: env["TIDEMARK_CLICKHOUSE_USER"], ClickHousePassword: env["TIDEMARK_CLICKHOUSE_PASSWORD"],
	}
}

// Sides are open connections to all that is compared.
type Sides struct {
	Postgres   *pgx.Conn
	Mongo      *mongo.Client
	ClickHouse ClickHouse
}

// Open connects to the sources that an address is given for.
func Open(ctx context.Context, a Addresses) (*Sides, error) {
	s := &Sides{ClickHouse: ClickHouse{URL: a.ClickHouse, User: a.ClickHouseUser, Password: a.ClickHousePassword}}
	if a.ClickHouse == "" {
		return nil, errors.New("no address of ClickHouse: set TIDEMARK_CLICKHOUSE_HTTP_URL (make env prints it)")
	}
	if a.Postgres != "" {
		conn, err := pgx.Connect(ctx, a.Postgres)
		if err != nil {
			return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
		}
		s.Postgres = conn
	}
	if a.Mongo != "" {
		client, err := mongo.Connect(options.Client().ApplyURI(a.Mongo).SetServerSelectionTimeout(5 * time.Second))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("connect to MongoDB: %w", err), s.Close(ctx))
		}
		s.Mongo = client
	}
	return s, nil
}

// Source is the side that c's table is captured from.
func (s *Sides) Source(c *contract.Contract) Side {
	if c.Family == types.MongoDB {
		return Mongo{Client: s.Mongo}
	}
	return Postgres{Conn: s.Postgres}
}

// Close ends the connections.
func (s *Sides) Close(ctx context.Context) error {
	var errs []error
	if s.Postgres != nil {
		errs = append(errs, s.Postgres.Close(ctx))
	}
	if s.Mongo != nil {
		errs = append(errs, s.Mongo.Disconnect(ctx))
	}
	return errors.Join(errs...)
}
