package stack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/local/supervise"
)

// A part that died this often while we waited will not come up by waiting longer.
const hopeless = 4

// await waits until every named part answers or is skipped.
func (st *Stack) await(ctx context.Context, names []string, onChange func([]Status)) error {
	begin := map[string]int{}
	for {
		parts, err := st.client.Status(ctx)
		if err != nil {
			return err
		}
		if onChange != nil {
			onChange(parts)
		}
		done, failures := 0, []error(nil)
		for _, p := range parts {
			if !contains(names, p.Name) {
				continue
			}
			if _, seen := begin[p.Name]; !seen {
				begin[p.Name] = p.Restarts
			}
			switch p.State {
			case supervise.Ready, supervise.Skipped:
				done++
			case supervise.Unready:
				failures = append(failures, fmt.Errorf("%s is not ready: %s (log: %s)", p.Name, p.Message, p.Log))
			}
			if p.Restarts-begin[p.Name] >= hopeless && p.State == supervise.Failed {
				failures = append(failures, fmt.Errorf("%s does not start: %s (log: %s)", p.Name, firstLines(p.Message, 12), p.Log))
			}
		}
		if done == len(names) || len(failures) > 0 {
			return errors.Join(failures...)
		}
		if err := pause(ctx); err != nil {
			return fmt.Errorf("wait for the parts: %w", err)
		}
	}
}

func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(50 * time.Millisecond):
		return nil
	}
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

func firstLines(text string, n int) string {
	lines := strings.SplitN(text, "\n", n+1)
	return strings.Join(lines[:min(n, len(lines))], "\n")
}
