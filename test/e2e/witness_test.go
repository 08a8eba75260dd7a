package e2e

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/test/journal"
	"github.com/tidemark-cdc/tidemark/test/validate"
)

// witness keeps what is written to the sources and what the pipeline claims from before
// the first write.
type witness struct {
	*pipeline
	env     validate.Env
	watcher *validate.Watcher
}

func (p *pipeline) witness(t *testing.T) *witness {
	t.Helper()
	contracts := shopContracts(t)
	j, err := journal.Open(t.Context(), journal.Options{Contracts: contracts, PostgresURL: p.env["TIDEMARK_POSTGRES_URL"], MongoURL: p.env["TIDEMARK_MONGO_URL"]})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, j.Close(context.WithoutCancel(t.Context()))) })
	env := validate.Env{Contracts: contracts, Sides: p.sides, Brokers: strings.Split(p.env["TIDEMARK_KAFKA_BROKERS"], ","), Journal: j, Wait: patience}
	return &witness{pipeline: p, env: env, watcher: validate.Watch(t.Context(), env)}
}

// content asks every validator once the writers are at rest.
func (w *witness) content(t *testing.T) {
	t.Helper()
	failures, err := validate.All(t.Context(), w.env)
	require.NoError(t, err)
	require.Empty(t, failures)
	claims, err := w.watcher.Check(t.Context())
	require.NoError(t, err)
	require.Empty(t, claims)
	w.aggregatesRight(t)
}
