package mutants_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/test/mutants"
)

var servers *mutants.Servers

// shared starts the servers when a test first needs them.
func shared(t *testing.T) *mutants.Servers {
	t.Helper()
	if testing.Short() {
		t.Skip("needs servers")
	}
	if servers == nil {
		s, err := mutants.Start(context.Background(), root(t))
		require.NoError(t, err)
		servers = s
	}
	return servers
}

func TestMain(m *testing.M) {
	code := m.Run()
	if servers != nil {
		servers.Stop()
	}
	os.Exit(code)
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := mutants.Root()
	require.NoError(t, err)
	return dir
}

func long() bool { return os.Getenv("TIDEMARK_TEST_LONG") != "" }

// Each rule of the sink, taken out, is seen by a validator; nothing is seen of the sink
// as it is.
func TestBrokenSinksAreCaught(t *testing.T) {
	s := shared(t)
	controlled := map[string]bool{}
	for _, m := range mutants.SinkMutants {
		if !m.Required && !long() {
			continue
		}
		if !controlled[m.Scenario.Name] {
			controlled[m.Scenario.Name] = true
			t.Run("control/"+m.Scenario.Name, func(t *testing.T) {
				o, err := s.Sink(t.Context(), mutants.Mutation{Name: "none"}, m.Scenario)
				require.NoError(t, err)
				fmt.Printf("%+v\n", o)
				require.Empty(t, o.Failures, o.Stopped)
			})
		}
		t.Run(m.Mutation.Name, func(t *testing.T) {
			o, err := s.Sink(t.Context(), m.Mutation, m.Scenario)
			require.NoError(t, err)
			fmt.Printf("%+v\n", o)
			require.True(t, o.Caught(), "no validator has seen it")
		})
	}
}
