package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tidemark-cdc/tidemark/compose/local/fetch"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

// Options of a host; empty ones are the local stack's defaults.
type Options struct {
	Base     string // where the folder is made; default: the system's temporary folder
	Parts    string // downloads
	Bin      string // folder of capture and sink
	Keep     string // folder that gets the logs at the end; "": nowhere
	Progress io.Writer
}

// Host is PostgreSQL, Kafka and ClickHouse for one benchmark.
type Host struct {
	Bin    string // of capture and sink, absolute
	keep   string
	folder *folder
	stack  *stack.Stack
}

// Open removes what killed benchmarks left behind and starts empty servers on free
// ports. They end with this process, however it ends; Close also removes the folder.
func Open(ctx context.Context, o Options) (*Host, error) {
	if o.Base == "" {
		o.Base = os.TempDir()
	}
	if err := sweep(ctx, o.Base); err != nil {
		return nil, err
	}
	f, err := newFolder(o.Base)
	if err != nil {
		return nil, err
	}
	h := &Host{folder: f, keep: o.Keep}
	h.stack, err = stack.Start(ctx, stack.Options{Dir: filepath.Join(f.path, "stack"), Parts: o.Parts, Bin: o.Bin, Ports: "auto",
		Only: []string{"postgres", "kafka", "clickhouse"}, Progress: o.Progress})
	if err == nil {
		h.Bin = h.stack.Site.Bin
		err = h.tune(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the servers: %w", err), h.Close())
	}
	return h, nil
}

// tune keeps checkpoints out of the measurements: with the defaults one begins every
// gigabyte of WAL and writes for minutes.
func (h *Host) tune(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, h.Admin("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, sql := range []string{
		"alter system set max_wal_size = '8GB'", "alter system set checkpoint_timeout = '1h'", "alter system set autovacuum = off",
		"alter system set wal_sender_timeout = 0", "select pg_reload_conf()",
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

// Close stops the servers and removes the folder.
func (h *Host) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var err error
	if h.stack != nil {
		if err = h.stack.Stop(ctx); errors.Is(err, os.ErrClosed) { // the supervisor's end has closed the pipe to it
			err = nil
		}
	}
	err = errors.Join(err, h.keepLogs())
	err = errors.Join(err, remove(ctx, h.folder.path))
	return errors.Join(err, h.folder.lock.Close())
}

// keepLogs copies the logs of the servers and of the programs, and their configurations.
func (h *Host) keepLogs() error {
	if h.keep == "" {
		return nil
	}
	var errs []error
	for _, pattern := range []string{"*.log", "*.yaml", "stack/logs/*.log"} {
		paths, _ := filepath.Glob(h.Path(pattern))
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err == nil {
				err = errors.Join(os.MkdirAll(h.keep, 0o755), os.WriteFile(filepath.Join(h.keep, filepath.Base(path)), text, 0o644))
			}
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Path is a path in the benchmark's folder.
func (h *Host) Path(elem ...string) string {
	return filepath.Join(append([]string{h.folder.path}, elem...)...)
}

// PID is the process of one of the servers, 0 when it does not run.
func (h *Host) PID(ctx context.Context, part string) int {
	all, err := h.stack.Status(ctx)
	if err != nil {
		return 0
	}
	for _, p := range all {
		if p.Name == part {
			return p.PID
		}
	}
	return 0
}

// PostgresProgram finds a client program beside the server's or in PATH; "" when there is none.
func (h *Host) PostgresProgram(name string) string {
	if bin, err := fetch.PostgresBin(h.stack.Site); err == nil {
		if path, err := exec.LookPath(filepath.Join(bin, name)); err == nil {
			return path
		}
	}
	path, _ := exec.LookPath(name)
	return path
}

// FreePort is a TCP port on loopback that nobody listens on now.
func FreePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
