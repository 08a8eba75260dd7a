// Package e2e runs the built programs on real servers, as a user would.
package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

// shop is the stack that the tests of this package share: every part on free ports,
// the shop's contracts. It vanishes with this process, however that ends.
var shop *pipeline

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		os.Exit(m.Run())
	}
	os.Exit(withShop(m))
}

func withShop(m *testing.M) int {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	p, err := open(ctx, "")
	if err == nil {
		shop = p
		defer p.close()
		return m.Run()
	}
	fmt.Fprintln(os.Stderr, "e2e: start the stack:", err)
	if p != nil {
		p.close()
	}
	return 1
}

// pipeline is a whole stack with open connections to what it moves data between.
type pipeline struct {
	*stack.Stack
	sides *compare.Sides
	env   map[string]string
	dir   string
}

// open starts a stack with the contracts of a folder; "" are the shop's.
func open(ctx context.Context, contracts string) (*pipeline, error) {
	dir, err := os.MkdirTemp("", "tidemark-e2e-")
	if err != nil {
		return nil, err
	}
	p := &pipeline{dir: dir}
	if p.Stack, err = stack.Start(ctx, stack.Options{Dir: filepath.Join(dir, "stack"), Ports: "auto", Contracts: contracts}); err != nil {
		return p, err
	}
	p.env = p.Stack.Env()
	p.sides, err = compare.Open(ctx, compare.Within(p.env))
	return p, err
}

func (p *pipeline) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if p.sides != nil {
		_ = p.sides.Close(ctx)
	}
	if p.Stack != nil {
		if err := p.Stop(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "e2e: stop the stack:", err)
		}
		_ = p.Wipe()
	}
	_ = os.RemoveAll(p.dir)
}
