package serve

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// SourceError is a source's error that ended the process.
type SourceError struct {
	Source string
	Err    error
}

// Error names the source.
func (e *SourceError) Error() string { return fmt.Sprintf("source %s: %v", e.Source, e.Err) }

// Unwrap gives the source's error.
func (e *SourceError) Unwrap() error { return e.Err }

// Run keeps all sources running until ctx ends, which drains them and gives nil. A source
// that needs a person ends the others too, drained: half a capture that looks alive is
// found later than one that is gone.
func Run(ctx context.Context, units []*Unit) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, u := range units {
		g.Go(func() error {
			if err := u.run(ctx); err != nil {
				return &SourceError{Source: u.Name, Err: err}
			}
			return nil
		})
	}
	return g.Wait()
}
