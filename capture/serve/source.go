// Package serve keeps sources running: one tree of goroutines each, restarted after what
// passes by itself, ended by what needs a person.
package serve

import (
	"context"

	"github.com/tidemark-cdc/tidemark/capture/preflight"
	"github.com/tidemark-cdc/tidemark/capture/publish"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

// Source reads one source's changes.
type Source interface {
	// Run publishes until ctx ends; then it drains what it has and returns nil.
	Run(ctx context.Context, p *publish.Publisher, last *watermark.Watermark) error
}

// Preflighter says what is missing before a source can start.
type Preflighter interface {
	Preflight(ctx context.Context) ([]preflight.Finding, error)
}

// Leaser keeps two captures of one source apart.
type Leaser interface {
	// Lease waits until this capture may read the source. It comes before the publisher
	// is opened, because opening it fences whoever publishes the source now.
	Lease(ctx context.Context) error
}

// Membership is a lease kept by brokers, for sources that have no lease of their own.
type Membership interface {
	Wait(ctx context.Context) error
	// Lost is closed when the lease that Wait got goes to another capture.
	Lost() <-chan struct{}
	Close()
}

// Fingerprinter says what is captured.
type Fingerprinter interface {
	Fingerprint() string
}

// Closer gives up what a source holds, its lease too.
type Closer interface {
	Close()
}
