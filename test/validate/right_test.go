package validate

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/test/journal"
)

// A run in which nothing goes wrong passes every validator.
func TestARightRunPasses(t *testing.T) {
	r := stackOf(t)
	env := Env{Contracts: shopContracts(t), Sides: r.sides, Brokers: r.brokers(), Wait: time.Minute}
	var err error
	env.Journal, err = journal.Open(t.Context(), journal.Options{Contracts: env.Contracts, PostgresURL: r.env["TIDEMARK_POSTGRES_URL"], MongoURL: r.env["TIDEMARK_MONGO_URL"]})
	require.NoError(t, err)
	defer func() { require.NoError(t, env.Journal.Close(context.Background())) }()
	watch := Watch(t.Context(), env)

	env.Written = r.shop(t, "--rate", "400", "--seed", "11", "--changes", "4000")
	failures, err := All(t.Context(), env)
	require.NoError(t, err)
	require.Empty(t, failures)
	failures, err = watch.Check(t.Context())
	require.NoError(t, err)
	require.Empty(t, failures)
	require.Greater(t, watch.Claims(), 5)
	for _, c := range env.Contracts {
		require.Positive(t, env.Journal.Count(c)[journal.Insert]+env.Journal.Count(c)[journal.Update], "nothing of %s was validated", c.Target)
	}
}
