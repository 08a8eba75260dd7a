package mutants

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Servers are a broker, ClickHouse and PostgreSQL that the scenarios share; each has
// topics and tables of its own. They end with this process, however it ends.
type Servers struct {
	*stack.Stack
	Root  string // the repository
	dir   string
	env   map[string]string
	kafka *kafka.Client
	built map[string]string // programs, by mutation and package
}

// Start starts the servers in a folder of their own.
func Start(ctx context.Context, root string) (*Servers, error) {
	dir, err := os.MkdirTemp("", "tidemark-mutants-")
	if err != nil {
		return nil, fmt.Errorf("start the servers: %w", err)
	}
	s := &Servers{Root: root, dir: dir, built: map[string]string{}}
	s.Stack, err = stack.Start(ctx, stack.Options{Dir: filepath.Join(dir, "stack"), Ports: "auto", Only: []string{"kafka", "clickhouse", "postgres"}, Discard: true})
	if err != nil {
		s.Stop()
		return nil, fmt.Errorf("start the servers: %w", err)
	}
	s.env = s.Stack.Env()
	s.kafka = &kafka.Client{Addr: kafka.TCP(s.brokers()...), Transport: &kafka.Transport{MetadataTTL: 500 * time.Millisecond}}
	return s, nil
}

// Stop ends the servers and removes what they held.
func (s *Servers) Stop() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if s.Stack != nil {
		if err := s.Stack.Stop(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "mutants: stop the servers:", err)
		}
		_ = s.Wipe()
	}
	_ = os.RemoveAll(s.dir)
}

func (s *Servers) brokers() []string { return strings.Split(s.env["TIDEMARK_KAFKA_BROKERS"], ",") }

// Env is what a program or a test needs to find the servers.
func (s *Servers) Env() []string {
	var out []string
	for k, v := range s.env {
		out = append(out, k+"="+v)
	}
	return out
}

func (s *Servers) clickHouse() *clickhouse.Conn {
	return clickhouse.New(clickhouse.Config{Addr: s.env["TIDEMARK_CLICKHOUSE_ADDR"], User: s.env["TIDEMARK_CLICKHOUSE_USER"], Password: s.env["TIDEMARK_CLICKHOUSE_PASSWORD"]})
}

func (s *Servers) overHTTP() compare.ClickHouse {
	return compare.ClickHouse{URL: s.env["TIDEMARK_CLICKHOUSE_HTTP_URL"], User: s.env["TIDEMARK_CLICKHOUSE_USER"], Password: s.env["TIDEMARK_CLICKHOUSE_PASSWORD"]}
}

// folder makes a new folder that goes with the servers.
func (s *Servers) folder(name string) (string, error) {
	return os.MkdirTemp(s.dir, name+"-")
}
