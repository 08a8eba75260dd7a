package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// model is what `aggregate verify` says of one aggregate.
type model struct {
	Model     string          `json:"model"`
	Differing int             `json:"differing"`
	First     json.RawMessage `json:"first"`
}

// aggregates holds every aggregate to its recompute. Raw is visible a moment before
// the views that it feeds, so a difference counts when it stays.
func (s *Scene) aggregates(ctx context.Context, r *Report) error {
	var all []model
	for tries := 0; ; tries++ {
		var err error
		if all, err = s.verify(ctx); err != nil {
			return err
		}
		if differing(all) == 0 || tries == 20 {
			break
		}
		pause(ctx, 500*time.Millisecond)
	}
	r.Models = len(all)
	for _, m := range all {
		if m.Differing > 0 {
			r.wrong(m.Model)
			r.breach("aggregate %s: %d groups differ from their recompute, such as %s", m.Model, m.Differing, m.First)
		}
	}
	return nil
}

func differing(all []model) (n int) {
	for _, m := range all {
		if m.Differing > 0 {
			n++
		}
	}
	return n
}

func (s *Scene) verify(ctx context.Context) ([]model, error) {
	out, failed := s.program(ctx, "aggregate", "verify", "--json").Output()
	var all []model
	for lines := json.NewDecoder(bytes.NewReader(out)); ; {
		var m model
		if err := lines.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("verify the aggregates: %w: %s", errors.Join(failed, err), out)
		}
		all = append(all, m)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("verify the aggregates: none was looked at: %w", failed)
	}
	return all, nil
}
