package mutants

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/sinktest"
	"github.com/tidemark-cdc/tidemark/test/validate"
)

// line is one table's way from a topic into ClickHouse, with the sink under test in it.
// The topic is written by the test, which therefore knows the outcome.
type line struct {
	*Servers
	dir      string
	sink     string // the program
	src      *sinktest.Source
	topic    *sinktest.Topic
	contract *contract.Contract
	ch       *clickhouse.Conn
	proxy    *proxy
	running  []*program
}

var serial atomic.Int64

// newLine makes a topic of some partitions, its tables, and starts nothing yet.
func (s *Servers) newLine(ctx context.Context, sink string, partitions int) (*line, error) {
	name := fmt.Sprintf("m%d", serial.Add(1))
	dir, err := s.folder(name)
	if err != nil {
		return nil, err
	}
	l := &line{Servers: s, dir: dir, sink: sink, src: sinktest.NewSource(name, partitions, 11), ch: s.clickHouse()}
	text := []byte(sinktest.Contract(name))
	if l.contract, err = contract.Parse(text); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "contract.yaml"), text, 0o644); err != nil {
		return nil, err
	}
	if l.topic, err = sinktest.Create(ctx, s.kafka, l.src.Topic(), partitions, "inc1"); err != nil {
		return nil, err
	}
	if l.proxy, err = newProxy(s.env["TIDEMARK_CLICKHOUSE_ADDR"]); err != nil {
		return nil, err
	}
	migrate := exec.CommandContext(ctx, sink, append([]string{"migrate"}, l.args(s.env["TIDEMARK_CLICKHOUSE_ADDR"])...)...)
	migrate.Env = append(os.Environ(), s.Env()...)
	if out, err := migrate.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("migrate: %w\n%s", err, out)
	}
	return l, nil
}

func (l *line) args(clickHouse string) []string {
	return []string{"--contracts", l.dir, "--kafka-group", l.src.Table, "--kafka-session", "6s", "--http", "", "--log-format", "text",
		"--batch-age", "100ms", "--clickhouse-addr", clickHouse}
}

// start starts a sink. The last of two equal flags counts.
func (l *line) start(clickHouse string, more ...string) (*program, error) {
	args := append(append([]string{"run", "--stop", "process"}, l.args(clickHouse)...), more...)
	p, err := launch(l.dir, fmt.Sprintf("sink%d", len(l.running)), l.sink, l.Env(), args...)
	if err == nil {
		l.running = append(l.running, p)
	}
	return p, err
}

// direct is ClickHouse without the proxy between.
func (l *line) direct() string { return l.env["TIDEMARK_CLICKHOUSE_ADDR"] }

// write commits n changes in transactions of some and sends them.
func (l *line) write(ctx context.Context, n, some int) error {
	for ; n > 0; n -= some {
		l.src.Commit(min(n, some), l.topic.Put)
	}
	return l.topic.Flush(ctx)
}

// applied waits until everything in the topic counts as applied, or every sink has given
// up, or limit is over: then the validators say what is wrong.
func (l *line) applied(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := make(chan error, 1)
	waiting, stop := context.WithCancel(ctx)
	defer stop()
	go func() { done <- l.topic.Applied(waiting, l.ch) }()
	for {
		select {
		case err := <-done:
			return err
		case <-time.After(50 * time.Millisecond):
		}
		if !slices.ContainsFunc(l.running, func(p *program) bool { return !p.ended() }) {
			stop()
			return errors.Join(errors.New("every sink has ended"), <-done)
		}
	}
}

// judge asks the validators.
func (l *line) judge(ctx context.Context) ([]validate.Failure, error) {
	failures, err := validate.Raw(ctx, l.overHTTP(), l.contract)
	if err != nil {
		return nil, err
	}
	if err := l.src.Check(ctx, l.ch); err != nil {
		failures = append(failures, validate.Failure{Table: l.contract.Target.String(), Validator: "ClickHouse holds what the source holds", Count: "1", Example: err.Error()})
	}
	return failures, nil
}

func (l *line) close() {
	for _, p := range l.running {
		p.kill()
	}
	_ = l.proxy.close()
	_ = l.ch.Close()
}
