package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
	"github.com/tidemark-cdc/tidemark/test/fault/proxy"
)

// Rig is the stack that faults strike.
type Rig struct {
	Stack      *stack.Stack
	ClickHouse compare.ClickHouse      // past every proxy
	Kafka      *kafka.Client           // past every proxy
	Links      map[string]*proxy.Proxy // by way's name; see Links
}

// Servers are the parts that must be up before a rig is made, and Programs those that
// are added when its proxies stand.
var (
	Servers  = []string{"postgres", "kafka", "mongo", "clickhouse"}
	Programs = []string{"capture", "sink"}
)

// NewRig takes hold of a stack that was started with Proxied and with its Servers, puts
// proxies on its ways and adds its Programs.
func NewRig(ctx context.Context, st *stack.Stack) (*Rig, error) {
	env := st.Env()
	r := &Rig{Stack: st, Links: map[string]*proxy.Proxy{}, Kafka: &kafka.Client{Addr: kafka.TCP(env["TIDEMARK_KAFKA_BROKERS"]), Timeout: 5 * time.Second}}
	r.ClickHouse = compare.ClickHouse{URL: env["TIDEMARK_CLICKHOUSE_HTTP_URL"], User: env["TIDEMARK_CLICKHOUSE_USER"], Password: env["TIDEMARK_CLICKHOUSE_PASSWORD"]}
	if err := r.openLinks(ctx); err != nil {
		return r, err
	}
	if err := st.Add(ctx, Programs...); err != nil {
		return r, err
	}
	return r, insist(ctx, func() error { return st.Await(ctx, Programs...) }) // a slow machine needs longer than Await has patience
}

// Close ends the proxies.
func (r *Rig) Close() {
	for _, l := range r.Links {
		l.Close()
	}
}

// signal sends a signal to a part's process. While another fault keeps the part down
// it waits until there is a process.
func (r *Rig) signal(ctx context.Context, part string, s syscall.Signal) error {
	return insist(ctx, func() error { return r.Stack.Kill(ctx, part, s) })
}

// sql runs a statement on ClickHouse, again while it is away.
func (r *Rig) sql(ctx context.Context, statement string) error {
	return insist(ctx, func() error {
		limited, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		err := r.ClickHouse.Query(limited, statement, func([]*string) error { return nil })
		if err != nil {
			return fmt.Errorf("%s: %w", strings.TrimSpace(statement), err)
		}
		return nil
	})
}

// insist repeats what fails because another fault stands, until ctx ends.
func insist(ctx context.Context, try func() error) error {
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
