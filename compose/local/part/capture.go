package part

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/local/process"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// capture is the program under the name of its port; all but the first find what that one has set up.
func capture(name string) Part {
	p := pipeline{
		name: name, port: name, needs: []string{"postgres", "kafka", "mongo"},
		config: func(s *site.Site) string { return captureYAML(s, name) },
		before: [][]string{{"shop", "init"}, {"capture", "setup", "--config", "capture.yaml"}},
		run:    []string{"capture", "run", "--config", name + ".yaml"},
		env: func(s *site.Site) []string { // as the role capture; over TCP, where a reader that is behind can ask for large gulps
			return []string{"TIDEMARK_POSTGRES_URL=" + s.CapturePostgresURL(), "TIDEMARK_MONGO_URL=" + s.CaptureMongoURL(),
				"TIDEMARK_KAFKA_BROKERS=" + s.Reach(site.Capture, site.Kafka)}
		},
	}
	return service(p.beside(name != site.Capture))
}

func sink(name string) Part {
	p := pipeline{
		name: name, port: name, needs: []string{"kafka", "clickhouse"},
		config: func(s *site.Site) string { return sinkYAML(s, name) },
		before: [][]string{{"sink", "migrate", "--config", "sink.yaml"}, {"aggregate", "apply", "--stopped", "--config", "sink.yaml"}},
		run:    []string{"sink", "run", "--config", name + ".yaml"},
		env: func(s *site.Site) []string {
			return []string{"TIDEMARK_KAFKA_BROKERS=" + s.Reach(site.Sink, site.Kafka), "TIDEMARK_CLICKHOUSE_ADDR=" + s.Reach(site.Sink, site.ClickHouse)}
		},
	}
	return service(p.beside(name != site.Sink))
}

// captureYAML has no secrets: they come from the environment.
func captureYAML(s *site.Site, name string) string {
	return fmt.Sprintf(`contracts: %s
kafka: {brokers: [%q], partitions: 2}
http: %s
sources:
  pg:    {kind: postgresql, url: "${TIDEMARK_POSTGRES_URL}", publication: tidemark, slot: tidemark_pg, heartbeat: 1s}
  mongo: {kind: mongodb, url: "${TIDEMARK_MONGO_URL}"}
`, s.Contracts, s.Reach(site.Capture, site.Kafka), s.Ports.Addr(name))
}

func sinkYAML(s *site.Site, name string) string {
	return fmt.Sprintf(`contracts: %s
kafka: {brokers: [%q], group: tidemark-sink}
clickhouse: {addr: %q, user: tidemark, password: "${TIDEMARK_CLICKHOUSE_PASSWORD}"}
http: %s
`, s.Contracts, s.Reach(site.Sink, site.Kafka), s.Reach(site.Sink, site.ClickHouse), s.Ports.Addr(name))
}

// pipeline is a program of ours as a part.
type pipeline struct {
	name, port string
	needs      []string
	config     func(*site.Site) string // becomes <dir>/<name>.yaml
	before     [][]string              // programs with arguments that run to their end before each start
	run        []string
	env        func(*site.Site) []string // over the site's own
	extra      bool
}

// beside is the program as one more of its kind: it sets nothing up.
func (p pipeline) beside(another bool) pipeline {
	if another {
		p.before, p.extra = nil, true
	}
	return p
}

func service(p pipeline) Part {
	return Part{
		Name: p.name, Needs: p.needs, Ports: []string{p.port}, Watched: true, Extra: p.extra,
		Prepare: p.prepare, Spec: p.spec,
		Ready: func(ctx context.Context, s *site.Site) error { return ready(ctx, s.Ports.Addr(p.port)) },
		Files: func(s *site.Site) []string {
			files := []string{s.Contracts, filepath.Join(s.Bin, p.run[0])}
			for _, args := range p.before {
				files = append(files, filepath.Join(s.Bin, args[0]))
			}
			return files
		},
	}
}

func (p pipeline) spec(s *site.Site) (process.Spec, error) {
	env := environ(s)
	if p.env != nil {
		env = append(env, p.env(s)...)
	}
	return process.Spec{
		Args: append([]string{filepath.Join(s.Bin, p.run[0])}, p.run[1:]...), Env: env, Dir: s.Dir, Log: s.Log(p.name),
		Stop: syscall.SIGTERM, Death: syscall.SIGKILL, Grace: 15 * time.Second,
	}, nil
}

func (p pipeline) prepare(ctx context.Context, s *site.Site) error {
	program := filepath.Join(s.Bin, p.run[0])
	if _, err := os.Stat(program); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is not built: %w", program, ErrAbsent)
	}
	if err := site.WriteFile(s.Path(p.name+".yaml"), []byte(p.config(s)), 0o644); err != nil {
		return fmt.Errorf("write the configuration of %s: %w", p.name, err)
	}
	for _, args := range p.before {
		if err := p.once(ctx, s, args); err != nil {
			return err
		}
	}
	return nil
}

// once runs a program to its end as the administrator of every part. Its output goes to the part's log.
func (p pipeline) once(ctx context.Context, s *site.Site, args []string) error {
	program := filepath.Join(s.Bin, args[0])
	if _, err := os.Stat(program); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if args[0] == "shop" && s.Contracts != s.ShopContracts() {
		return nil // its tables are not what is captured
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	err := process.Run(ctx, process.Spec{
		Args: append([]string{program}, args[1:]...), Env: environ(s), Dir: s.Dir, Log: s.Log(p.name),
	})
	if err != nil {
		return fmt.Errorf("prepare %s: %w", p.name, err)
	}
	return nil
}

// environ is our environment with this stack's addresses in the place of every setting of the pipeline: one that was
// exported for something else would win over the configuration file.
func environ(s *site.Site) []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "TIDEMARK_") {
			env = append(env, v)
		}
	}
	return append(env, s.Environ()...)
}

func ready(ctx context.Context, addr string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/readyz", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 500))
		return fmt.Errorf("not ready: %s", strings.TrimSpace(string(text)))
	}
	return nil
}
