package main

import (
	"context"
	"io"
	"os"

	"github.com/tidemark-cdc/tidemark/compose/local/control"
	"github.com/tidemark-cdc/tidemark/compose/local/engine"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
	"github.com/tidemark-cdc/tidemark/compose/local/supervise"
)

// superviseCommand is this program in the role of the supervisor.
type superviseCommand struct {
	Contracts string
	Root      string // of the repository: the supervisor stands elsewhere
	Proxied   bool   `help:"Capture and sink go by proxies that somebody else runs."`
	Discard   bool   `help:"Remove the data of the stack at the end."`
	Watch     bool   `help:"Stop when standard input ends: when the process that started us has ended."`
}

func (r *superviseCommand) Run(ctx context.Context, c *cli) error {
	rename("local")
	s, err := site.Open(site.Options{Dir: c.Dir, Parts: c.Parts, Bin: c.Bin, Contracts: r.Contracts, Ports: c.Ports, Root: r.Root, Proxied: r.Proxied})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	v := supervise.New(s)
	if r.Watch {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			stop()
		}()
	}
	go v.TrimLogs(ctx)
	served := make(chan error, 1)
	go func() { served <- control.Serve(s, v, stop) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
		v.Shutdown()
		if r.Discard {
			return s.Wipe()
		}
		return nil
	}
}

// engineCommand is this program in the role of the ClickHouse server.
type engineCommand struct {
	Lib, Path, Config string
	TCP, HTTP         int
	Listen            string
}

func (e *engineCommand) Run() error {
	rename("clickhouse")
	return engine.Run(engine.Options{Lib: e.Lib, Path: e.Path, Config: e.Config, TCP: e.TCP, HTTP: e.HTTP, Listen: e.Listen})
}

// rename sets what ps and top call this process, which was started as /proc/self/exe.
func rename(name string) { _ = os.WriteFile("/proc/self/comm", []byte(name), 0) }
