// Inside is what our images hold beside their program: there is no shell in them.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/tidemark-cdc/tidemark/compose/inside/environ"
	"github.com/tidemark-cdc/tidemark/compose/inside/replicaset"
)

type cli struct {
	Run        runCommand        `cmd:"" help:"Become a program whose secrets are files: NAME_FILE is read into NAME."`
	Ask        askCommand        `cmd:"" help:"Exit with 0 if the URL answers 200: a health check."`
	Replicaset replicasetCommand `cmd:"" help:"Initiate a MongoDB replica set of one member and make its reader; nothing where both are there."`
}

func main() {
	var c cli
	k := kong.Parse(&c, kong.Name("inside"), kong.Description("What Tidemark's images hold beside their program."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	k.FatalIfErrorf(k.Run())
}

type runCommand struct {
	Program []string `arg:"" passthrough:"all" help:"Path of the program, and its arguments."`
}

// Run replaces this process, so that signals reach the program and its exit code is the container's.
func (r *runCommand) Run() error {
	env, err := environ.Resolve(os.Environ())
	if err != nil {
		return err
	}
	return fmt.Errorf("start %s: %w", r.Program[0], syscall.Exec(r.Program[0], r.Program, env))
}

type askCommand struct {
	URL string `arg:"" help:"For example http://127.0.0.1:8080/readyz."`
}

func (a *askCommand) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.URL, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(res.Body, 500))
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", res.Status, strings.TrimSpace(string(text)))
	}
	return nil
}

type replicasetCommand struct {
	Member   string        `required:"" help:"Host and port by which every client reaches the member."`
	Name     string        `required:"" help:"Of the replica set."`
	Reader   string        `help:"User to make, who may read the database and open change streams on it."`
	Database string        `help:"What the reader reads."`
	Wait     time.Duration `default:"2m" help:"How long the member may take."`
}

// Run takes its passwords from MONGO_PASSWORD and READER_PASSWORD, or the files that these with _FILE name.
func (r *replicasetCommand) Run(ctx context.Context) error {
	env, err := environ.Resolve(os.Environ())
	if err != nil {
		return err
	}
	get := func(name string) (value string) {
		for _, v := range env {
			if rest, ok := strings.CutPrefix(v, name+"="); ok {
				value = rest
			}
		}
		return value
	}
	ctx, cancel := context.WithTimeout(ctx, r.Wait)
	defer cancel()
	set := replicaset.Set{Member: r.Member, Name: r.Name, User: get("MONGO_USER"), Password: get("MONGO_PASSWORD")}
	if err := set.Initiate(ctx); err != nil {
		return err
	}
	if r.Reader == "" {
		return nil
	}
	return set.Reader(ctx, r.Reader, get("READER_PASSWORD"), r.Database)
}
