// Command local runs the whole stack as plain processes on this machine.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

const about = `The whole stack as plain processes on this machine, without containers.

Examples:
  local up                                    everything, in the background
  local --dir /tmp/x --ports auto up          a second stack beside it
  local up --contracts my-contracts           other tables than the shop's
  eval "$(local env)"; local status --json
  local with --only clickhouse -- go test ./aggregate/...

Exit codes: 0 done, 1 a part does not start or answer, 2 and up from the command that "with" ran.`

type cli struct {
	Dir   string `env:"TIDEMARK_LOCAL" help:"The stack's folder (default: .local of the repository)." type:"path"`
	Parts string `env:"TIDEMARK_PARTS" help:"Folder of the downloads, which stacks share (default: .local/parts)." type:"path"`
	Bin   string `env:"TIDEMARK_BIN" help:"Folder of capture, sink, ... (default: bin of the repository)." type:"path"`
	Ports string `env:"TIDEMARK_PORTS" help:"\"auto\" for free ports, or name=number,... (remembered)."`

	Up       upCommand       `cmd:"" help:"Start the parts in the background and wait until each answers."`
	Down     downCommand     `cmd:"" help:"Stop the parts; their data stays."`
	Wipe     wipeCommand     `cmd:"" help:"Stop the parts and remove their data; the downloads stay."`
	Status   statusCommand   `cmd:"" help:"Show what runs."`
	Logs     logsCommand     `cmd:"" help:"Show the end of the logs."`
	Env      envCommand      `cmd:"" help:"Print the addresses and passwords as shell exports."`
	Fetch    fetchCommand    `cmd:"" help:"Fetch the servers and start nothing."`
	Restart  restartCommand  `cmd:"" help:"Restart one part."`
	With     withCommand     `cmd:"" help:"Run a command beside empty servers of its own, which go when it ends."`
	Superset supersetCommand `cmd:"" help:"Start the dashboards and print their address and logins."`

	Supervise superviseCommand `cmd:"" hidden:""`
	Engine    engineCommand    `cmd:"" hidden:""`
}

func (c *cli) options() stack.Options {
	return stack.Options{Dir: c.Dir, Parts: c.Parts, Bin: c.Bin, Ports: c.Ports, Program: "/proc/self/exe", Detach: true}
}

func main() {
	syscall.Umask(0o022) // the PostgreSQL account must reach what we make for it
	var c cli
	k := kong.Parse(&c, kong.Name("local"), kong.Description(about))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	if err := k.Run(&c); err != nil {
		var ended *exec.ExitError
		if errors.As(err, &ended) && ended.ExitCode() > 0 {
			os.Exit(ended.ExitCode())
		}
		fmt.Fprintln(os.Stderr, "local:", err)
		os.Exit(1)
	}
}
