package config

import (
	"io/fs"
	"os"
	"time"

	"github.com/alecthomas/kong"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/publish"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// Settings are the flags of every command. The file names them without the dash:
// --kafka-brokers is `kafka: {brokers: ...}`.
type Settings struct {
	Config    kong.ConfigFlag `short:"c" env:"TIDEMARK_CONFIG" placeholder:"FILE" help:"YAML file with the sources and these settings. Flags come first, then the environment, then the file."`
	Contracts string          `default:"schemas/shop" env:"TIDEMARK_CONTRACTS" placeholder:"DIR" help:"Folder of the contracts: one YAML file per table or collection (default: schemas/shop)."`
	Kafka     Kafka           `embed:"" prefix:"kafka-" group:"Kafka"`
	HTTP      string          `default:"127.0.0.1:18080" env:"TIDEMARK_CAPTURE_HTTP" placeholder:"ADDR" help:"Where /metrics, /healthz, /readyz and /status answer; empty: nowhere (default: 127.0.0.1:18080)."`
	Log       Log             `embed:"" prefix:"log-" group:"Log"`
}

// Kafka says how to reach the brokers and how topics and batches are made.
type Kafka struct {
	Brokers     []string      `default:"127.0.0.1:19092" env:"TIDEMARK_KAFKA_BROKERS" placeholder:"HOST:PORT" help:"Brokers to ask first (default: 127.0.0.1:19092)."`
	Partitions  int           `default:"4" help:"Partitions of a new topic (default: ${default})."`
	Replication int           `default:"1" help:"Replicas of a new topic (default: ${default})."`
	Retention   time.Duration `default:"0" help:"How long a new topic keeps records; 0: for ever, so that it can be replayed."`
	Batch       Size          `default:"512KiB" help:"A partition's batch is sent at this size (default: ${default})."`
	Linger      time.Duration `default:"5ms" help:"An open batch is sent after this (default: ${default})."`
	Inflight    Size          `default:"64MiB" help:"Most that is appended and not yet acknowledged, per source (default: ${default})."`
	Compression string        `default:"none" enum:"none,lz4,zstd" help:"none, lz4 or zstd; lz4 costs three times the CPU of none (default: ${default})."`
	TLS         bool          `help:"Encrypt, and check the brokers' certificates."`
	CA          string        `placeholder:"FILE" help:"Certificates to check the brokers against, instead of the system's."`
	SASL        string        `default:"none" enum:"none,plain,scram-sha-256,scram-sha-512" help:"How to log in: none, plain, scram-sha-256 or scram-sha-512 (default: ${default})."`
	User        string        `env:"TIDEMARK_KAFKA_USER" help:"Who logs in."`
	Password    string        `env:"TIDEMARK_KAFKA_PASSWORD" help:"Better in the environment than on the command line."`
}

// Publish is the publisher's part of the settings, for one source.
func (k *Kafka) Publish(source string) (publish.Config, error) {
	transport, err := k.transport()
	if err != nil {
		return publish.Config{}, fault.New(fault.Config, "set up Kafka", err, "")
	}
	return publish.Config{
		Source: source, Brokers: k.Brokers, Transport: transport,
		Partitions: k.Partitions, Replication: k.Replication, Retention: k.Retention,
		BatchBytes: int(k.Batch), Linger: k.Linger, MaxBytes: int(k.Inflight), Codec: k.Compression,
	}, nil
}

// LoadContracts reads the contracts' folder.
func (s *Settings) LoadContracts() ([]*contract.Contract, error) {
	var dir fs.FS = os.DirFS(s.Contracts)
	all, err := contract.Load(dir)
	if err != nil {
		return nil, fault.New(fault.Config, "load the contracts of "+s.Contracts, err, "")
	}
	return all, nil
}
