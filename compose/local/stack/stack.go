package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/local/control"
	"github.com/tidemark-cdc/tidemark/compose/local/fetch"
	"github.com/tidemark-cdc/tidemark/compose/local/part"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
	"github.com/tidemark-cdc/tidemark/compose/local/supervise"
)

// Status of one part.
type Status = supervise.Status

// Stack is a running stack.
type Stack struct {
	Site    *site.Site
	client  *control.Client
	owner   io.Closer // nil unless we started the supervisor and it watches us
	running bool      // it was up before Start
}

// Start fetches what is missing, starts the parts and waits until each answers. A stack that is up gets the parts
// that it lacks. The stack that comes with an error is half up: Stop it; without one nothing runs.
func Start(ctx context.Context, o Options) (*Stack, error) {
	s, err := o.site()
	if err != nil {
		return nil, err
	}
	parts, err := part.Select(o.Only)
	if err != nil {
		return nil, err
	}
	if o.Progress == nil {
		o.Progress = os.Stderr
	}
	if err := fetch.Ensure(ctx, s, downloads(parts), o.Progress); err != nil {
		return nil, err
	}
	st := &Stack{Site: s, client: control.NewClient(s)}
	if err := st.supervised(ctx, o); err != nil {
		return nil, err
	}
	if err := st.client.Up(ctx, control.Up{Parts: o.Only, Contracts: st.given(o)}); err != nil {
		return st.unlessIdle(ctx), err
	}
	if st.Site, err = o.site(); err != nil { // the supervisor has chosen the ports
		return st, err
	}
	return st, st.await(ctx, part.Names(parts), o.OnChange)
}

// Attach is the stack in a folder, up or not.
func Attach(o Options) (*Stack, error) {
	s, err := o.site()
	if err != nil {
		return nil, err
	}
	return &Stack{Site: s, client: control.NewClient(s)}, nil
}

// WasRunning says that Start found the stack up.
func (st *Stack) WasRunning() bool { return st.running }

// Env are the addresses and passwords under the names that `local env` prints.
func (st *Stack) Env() map[string]string {
	env := map[string]string{}
	for _, v := range st.Site.Env() {
		env[v.Name] = v.Value
	}
	return env
}

// Status of every part; control.ErrDown when the stack is down.
func (st *Stack) Status(ctx context.Context) ([]Status, error) { return st.client.Status(ctx) }

// Kill sends a signal to the process of one part. The supervisor starts it again when it dies of it.
func (st *Stack) Kill(ctx context.Context, name string, signal syscall.Signal) error {
	return st.client.Signal(ctx, name, signal)
}

// Add starts parts that do not run yet and does not wait for them.
func (st *Stack) Add(ctx context.Context, names ...string) error {
	return st.client.Up(ctx, control.Up{Parts: names})
}

// Await waits until each of the parts answers.
func (st *Stack) Await(ctx context.Context, names ...string) error { return st.await(ctx, names, nil) }

// Halt stops one part in an orderly way; it stays down until it is added.
func (st *Stack) Halt(ctx context.Context, name string) error { return st.client.Halt(ctx, name) }

// Restart stops one part, starts it again and waits until it answers.
func (st *Stack) Restart(ctx context.Context, name string) error {
	if err := st.client.Restart(ctx, name); err != nil {
		return err
	}
	return st.await(ctx, []string{name}, nil)
}

// Stop stops all parts in reverse order and waits until the supervisor is gone. A stack that is down is no error.
func (st *Stack) Stop(ctx context.Context) error {
	err := st.client.Stop(ctx)
	if errors.Is(err, control.ErrDown) {
		err = nil
	}
	if err != nil {
		return err
	}
	for control.Held(st.Site) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the stack to stop: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
	if st.owner != nil {
		_ = st.owner.Close() // closed already when the supervisor's end was noticed first
	}
	return nil
}

// given are the contracts that the caller asked for; "" when there was no such wish.
func (st *Stack) given(o Options) string {
	if o.Contracts == "" {
		return ""
	}
	return st.Site.Contracts
}

// unlessIdle ends a supervisor that has nothing to supervise; then there is no stack.
func (st *Stack) unlessIdle(ctx context.Context) *Stack {
	if parts, err := st.client.Status(ctx); err != nil || len(parts) > 0 || st.Stop(ctx) != nil {
		return st
	}
	return nil
}

func downloads(parts []part.Part) []string {
	var names []string
	for _, p := range parts {
		names = append(names, p.Fetch...)
	}
	return names
}
