package fault

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

// Rig is the stack that faults strike.
type Rig struct {
	Stack      *stack.Stack
	ClickHouse compare.ClickHouse // past every proxy
}

// NewRig takes hold of a running stack.
func NewRig(st *stack.Stack) *Rig {
	env := st.Env()
	return &Rig{Stack: st, ClickHouse: compare.ClickHouse{
		URL: env["TIDEMARK_CLICKHOUSE_HTTP_URL"], User: env["TIDEMARK_CLICKHOUSE_USER"], Password: env["TIDEMARK_CLICKHOUSE_PASSWORD"],
	}}
}

// Signal sends a signal to a part's process. While another fault keeps the part down
// it waits until there is a process.
func (r *Rig) Signal(ctx context.Context, part string, s syscall.Signal) error {
	return r.insist(ctx, func() error { return r.Stack.Kill(ctx, part, s) })
}

// insist repeats what fails because another fault stands, until ctx ends.
func (r *Rig) insist(ctx context.Context, try func() error) error {
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("gave up: %w", ctx.Err()), err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
