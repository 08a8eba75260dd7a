// Package config reads the sink's settings: flags, environment and one YAML file.
package config

import (
	"fmt"
	"os"
	"time"

	"github.com/alecthomas/kong"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/batch"
)

// Settings are the flags of every command. The file names them without the dash:
// --kafka-brokers is `kafka: {brokers: ...}`.
type Settings struct {
	Config     kong.ConfigFlag `short:"c" env:"TIDEMARK_CONFIG" placeholder:"FILE" help:"YAML file with these settings. Flags come first, then the environment, then the file."`
	Contracts  string          `default:"schemas/shop" env:"TIDEMARK_CONTRACTS" placeholder:"DIR" help:"Folder of the contracts: one YAML file per table or collection (default: schemas/shop)."`
	Kafka      Kafka           `embed:"" prefix:"kafka-" group:"Kafka"`
	ClickHouse ClickHouse      `embed:"" prefix:"clickhouse-" group:"ClickHouse"`
	Batch      Batch           `embed:"" prefix:"batch-" group:"Batches"`
	HTTP       string          `default:"127.0.0.1:18181" env:"TIDEMARK_SINK_HTTP" placeholder:"ADDR" help:"Where /metrics, /healthz and /readyz answer; empty: nowhere (default: 127.0.0.1:18181)."`
	Stop       string          `default:"table" enum:"table,process" help:"What a failure that needs a person stops: the partition, while the others go on and /readyz says so (table), or everything (process) (default: ${default})."`
	Log        Log             `embed:"" prefix:"log-" group:"Log"`
}

// Kafka says how to reach the brokers and how the group behaves.
type Kafka struct {
	Brokers  []string      `default:"127.0.0.1:19092" env:"TIDEMARK_KAFKA_BROKERS" placeholder:"HOST:PORT" help:"Brokers to ask first (default: 127.0.0.1:19092)."`
	Group    string        `default:"tidemark-sink" env:"TIDEMARK_KAFKA_GROUP" help:"Consumer group. All sinks of a ClickHouse share one; its commits are part of what makes rows exact (default: ${default})."`
	Session  time.Duration `default:"10s" help:"A member that is silent for so long loses its partitions (default: ${default})."`
	Grace    time.Duration `default:"5s" help:"How long a batch that is in flight may take to finish when partitions are given away (default: ${default})."`
	Fetch    Size          `default:"2MiB" help:"Most that one fetch of a partition asks for (default: ${default})."`
	Replicas int           `default:"1" help:"Replicas of the dead-letter topic where the sink has to create it (default: ${default})."`
	TLS      bool          `help:"Encrypt, and check the brokers' certificates."`
	CA       string        `placeholder:"FILE" help:"Certificates to check the brokers against, instead of the system's."`
	SASL     string        `default:"none" enum:"none,plain,scram-sha-256,scram-sha-512" help:"How to log in: none, plain, scram-sha-256 or scram-sha-512 (default: ${default})."`
	User     string        `env:"TIDEMARK_KAFKA_USER" help:"Who logs in."`
	Password string        `env:"TIDEMARK_KAFKA_PASSWORD" help:"Better in the environment than on the command line."`
}

// ClickHouse says how to reach the server.
type ClickHouse struct {
	Addr     string `default:"127.0.0.1:19000" env:"TIDEMARK_CLICKHOUSE_ADDR" placeholder:"HOST:PORT" help:"Native protocol (default: 127.0.0.1:19000)."`
	User     string `default:"default" env:"TIDEMARK_CLICKHOUSE_USER" help:"Who logs in (default: default)."`
	Password string `env:"TIDEMARK_CLICKHOUSE_PASSWORD" help:"Better in the environment than on the command line."`
	TLS      bool   `help:"Encrypt, and check the server's certificate."`
	CA       string `placeholder:"FILE" help:"Certificates to check the server against, instead of the system's."`
	Inserts  int    `default:"2" help:"Inserts that run at once (default: ${default})."`
	Cluster  string `env:"TIDEMARK_CLICKHOUSE_CLUSTER" help:"Name of a cluster in the servers' remote_servers: tables are then replicated and distributed over it. Empty: one server."`
}

// Batch says when batches are closed.
type Batch struct {
	Rows   int           `default:"100000" help:"Most records of a batch (default: ${default})."`
	Bytes  Size          `default:"32MiB" help:"Most that a batch's block occupies (default: ${default})."`
	Age    time.Duration `default:"500ms" help:"How long a record waits for more at rest. Each insert makes a part in every table that it reaches: shorter is fresher and costs more (default: ${default})."`
	Memory Size          `default:"16MiB" help:"Most that all blocks together occupy; the process takes a few times as much (default: ${default})."`
}

// Limits are the batches' limits.
func (b Batch) Limits() batch.Limits {
	l := batch.DefaultLimits()
	l.Rows, l.Bytes, l.Age = b.Rows, int(b.Bytes), b.Age
	return l
}

// Check refuses what no flag's own syntax refuses.
func (s *Settings) Check() error {
	switch {
	case s.Batch.Rows < 1 || s.Batch.Age <= 0:
		return fmt.Errorf("batch rows and age must be above zero")
	case s.ClickHouse.Inserts < 1:
		return fmt.Errorf("clickhouse inserts must be above zero")
	case s.Kafka.Session < time.Second:
		return fmt.Errorf("kafka session must be at least 1s")
	}
	return nil
}

// LoadContracts reads the contracts' folder.
func (s *Settings) LoadContracts() ([]*contract.Contract, error) {
	all, err := contract.Load(os.DirFS(s.Contracts))
	if err != nil {
		return nil, fmt.Errorf("load the contracts of %s: %w", s.Contracts, err)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s holds no contract", s.Contracts)
	}
	return all, nil
}
