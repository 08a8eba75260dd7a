// Package engine runs the ClickHouse engine inside libchdb.so as a server (native TCP and HTTP), without cgo.
package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// Options of the server. All paths absolute.
type Options struct {
	Lib    string // libchdb.so
	Path   string // data folder
	Config string // config.xml with users_config
	TCP    int    // port of the native protocol
	HTTP   int    // port of HTTP
	Listen string // address of both; default 127.0.0.1
}

const loopback = "127.0.0.1"

func (o Options) listen() string { return cmp.Or(o.Listen, loopback) }

// Run serves until SIGTERM or SIGINT and then ends the process with status 0; a second signal ends it at once.
// It returns only what went wrong.
func Run(o Options) error {
	if err := o.check(); err != nil {
		return err
	}
	keep, err := newHold()
	if err != nil {
		return err
	}
	var stopping atomic.Bool
	go stopOnSignal(keep, &stopping)
	go endIfDeaf(o.HTTP)
	if err := call(o.Lib, o.args(keep)); err != nil {
		return err
	}
	if stopping.Load() {
		os.Exit(0) // returning would run C++ destructors for 1.7 s
	}
	return errors.New("the engine ended by itself: bad configuration, or the data folder is in use")
}

// check looks at what the engine would silently ignore: without its configuration file it serves everybody without
// a password, and without its ports it serves nobody. It also reads ./config.xml: so we stand in the data folder.
func (o Options) check() error {
	if _, err := os.Stat(o.Config); err != nil {
		return fmt.Errorf("ClickHouse's configuration: %w", err)
	}
	if err := os.MkdirAll(o.Path, 0o700); err != nil {
		return fmt.Errorf("ClickHouse's data folder: %w", err)
	}
	if _, err := os.Stat(filepath.Join(o.Path, "config.xml")); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s/config.xml must not be there", o.Path)
	}
	for _, port := range []int{o.TCP, o.HTTP} {
		l, err := net.Listen("tcp", net.JoinHostPort(o.listen(), strconv.Itoa(port)))
		if err != nil {
			return fmt.Errorf("ClickHouse's port: %w", err)
		}
		l.Close()
	}
	return os.Chdir(o.Path)
}

func (o Options) args(h *hold) []string {
	// The engine sets its history file to mode 0600 when it writes it: run as root with /dev/null here, it shut
	// every other account out of /dev/null.
	history := filepath.Join(o.Path, "history")
	return []string{
		"clickhouse", "--config-file=" + o.Config, "--path=" + o.Path,
		fmt.Sprintf("--tcp_port=%d", o.TCP), fmt.Sprintf("--http_port=%d", o.HTTP), "--listen_host=" + o.listen(),
		"--interactive", "--disable_suggestion", "--history_file=" + history, "--progress=off",
		"--enable-progress-table-toggle=0", "--highlight=0", "--log-level=warning",
		"--query", "SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP; " + h.query(),
	}
}

func stopOnSignal(h *hold, stopping *atomic.Bool) {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	signal.Ignore(syscall.SIGPIPE, syscall.SIGHUP)
	<-signals
	stopping.Store(true)
	go func() {
		<-signals
		os.Exit(130)
	}()
	h.release()
}

// endIfDeaf ends the process when nobody listens two minutes after the start: the engine only logs that.
func endIfDeaf(port int) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	var d net.Dialer
	for ctx.Err() == nil {
		if c, err := d.DialContext(ctx, "tcp", net.JoinHostPort(loopback, strconv.Itoa(port))); err == nil {
			c.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	fmt.Fprintln(os.Stderr, "the engine did not start to listen")
	os.Exit(1)
}
