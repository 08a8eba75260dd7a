// Package journal keeps what was written to the sources as their own logs tell it, read
// independently of capture: PostgreSQL through a logical slot of its own with another
// output plugin, MongoDB through a change stream of its own. It is the truth that
// validators hold the pipeline to. It shares no code with the pipeline's decoders.
package journal

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/types"
)

// Options say what is kept and where.
type Options struct {
	Contracts []*contract.Contract
	// PostgresURL is that of a role that may make slots, MongoURL that of one who may open
	// a change stream on the deployment. A source without contracts needs none.
	PostgresURL, MongoURL string
	// Dir is a folder for the changes, made when it is not there; "" makes a temporary one
	// that Close removes.
	Dir string
}

// Journal is open from before the writes until after the last check. It is for one
// goroutine.
type Journal struct {
	dir      string
	own      bool // dir is to be removed
	tables   map[string]*table
	postgres *postgres
	mongo    *document
}

// table is one contract's changes.
type table struct {
	*spool
	contract *contract.Contract
	columns  []contract.Column
	keys     []contract.Column
	since    uint64
	// PostgreSQL only: the name to look it up by, and whether old rows are whole.
	identity string
	full     bool
}

// Open begins the journal: whatever commits after it has returned will be in it.
func Open(ctx context.Context, o Options) (*Journal, error) {
	j := &Journal{dir: o.Dir, tables: map[string]*table{}}
	if err := j.begin(ctx, o); err != nil {
		return nil, errors.Join(err, j.Close(context.WithoutCancel(ctx)))
	}
	return j, nil
}

func (j *Journal) begin(ctx context.Context, o Options) (err error) {
	if j.dir == "" {
		j.own = true
		if j.dir, err = os.MkdirTemp("", "tidemark-journal-"); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
	}
	if err = os.MkdirAll(j.dir, 0o700); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	for i, c := range o.Contracts {
		s, err := newSpool(filepath.Join(j.dir, fmt.Sprintf("%d-%s", i, c.Table)))
		if err != nil {
			return err
		}
		j.tables[Table(c)] = &table{spool: s, contract: c, columns: compare.Columns(c), keys: c.KeyColumns()}
	}
	if rows := j.of(types.PostgreSQL); len(rows) > 0 {
		if j.postgres, err = openPostgres(ctx, o.PostgresURL, rows); err != nil {
			return err
		}
	}
	if docs := j.of(types.MongoDB); len(docs) > 0 {
		j.mongo, err = openMongo(ctx, o.MongoURL, docs)
	}
	return err
}

// of gives the tables of one kind of source.
func (j *Journal) of(f types.Family) (tables []*table) {
	for _, t := range j.tables {
		if t.contract.Family == f {
			tables = append(tables, t)
		}
	}
	return tables
}

// Sync reads what the sources' logs have got since. The writers should be at rest.
func (j *Journal) Sync(ctx context.Context) error {
	if j.postgres != nil {
		if err := j.postgres.sync(ctx, j.of(types.PostgreSQL)); err != nil {
			return err
		}
	}
	if j.mongo != nil {
		return j.mongo.sync(ctx)
	}
	return nil
}

// Knows reports whether the table was given to Open.
func (j *Journal) Knows(c *contract.Contract) bool { return j.tables[Table(c)] != nil }

// Since is the first commit of the table that the journal can know.
func (j *Journal) Since(c *contract.Contract) uint64 { return j.tables[Table(c)].since }

// Read gives the changes of a table up to the last Sync, in commit order.
func (j *Journal) Read(c *contract.Contract, change func(Change) error) error {
	return j.tables[Table(c)].read(change)
}

// Count is the number of a table's changes by kind, up to the last Sync.
func (j *Journal) Count(c *contract.Contract) map[Kind]int64 {
	return maps.Clone(j.tables[Table(c)].count)
}

// Close gives up the slot and the stream, and removes the kept changes.
func (j *Journal) Close(ctx context.Context) error {
	var errs []error
	if j.postgres != nil {
		errs = append(errs, j.postgres.close(ctx))
	}
	if j.mongo != nil {
		errs = append(errs, j.mongo.close(ctx))
	}
	for _, t := range j.tables {
		errs = append(errs, t.close())
	}
	if j.own {
		errs = append(errs, os.RemoveAll(j.dir))
	}
	return errors.Join(errs...)
}
