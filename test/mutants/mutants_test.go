package mutants_test

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/test/mutants"
)

var (
	servers  *mutants.Servers
	outcomes []mutants.Outcome
)

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
	if len(outcomes) > 0 {
		mutants.Print(os.Stdout, outcomes)
	}
	os.Exit(code)
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := mutants.Root()
	require.NoError(t, err)
	return dir
}

// level is what TIDEMARK_MUTANTS asks for: "every", "named", or else what is quick.
func level() mutants.Level {
	switch os.Getenv("TIDEMARK_MUTANTS") {
	case "every":
		return mutants.Every
	case "named":
		return mutants.Named
	}
	return mutants.Quick
}

// A mutation that no longer fits the code would show nothing.
func TestEveryMutationFitsTheCode(t *testing.T) {
	for _, m := range mutants.SinkMutants {
		require.NoError(t, m.Check(root(t)))
	}
	for _, m := range mutants.CaptureMutants {
		require.NoError(t, m.Check(root(t)))
	}
}

// play plays a scenario with the program as it is, of which the validators say nothing,
// and with each mutation, which one of them must see.
func play(t *testing.T, scenario string, mutations []mutants.Mutation, with func(mutants.Mutation) (mutants.Outcome, error)) {
	for _, m := range append([]mutants.Mutation{{Name: mutants.None}}, mutations...) {
		t.Run(scenario+"/"+m.Name, func(t *testing.T) {
			o, err := with(m)
			require.NoError(t, err)
			outcomes = append(outcomes, o)
			if m.Name == mutants.None {
				require.Empty(t, o.Failures, o.Stopped)
			} else {
				require.True(t, o.Caught(), "no validator has seen it; it said: %s", o.Stopped)
			}
		})
	}
}

func TestBrokenSinksAreCaught(t *testing.T) {
	s := shared(t)
	of := map[string][]mutants.Mutation{}
	var scenarios []mutants.Scenario
	for _, m := range mutants.SinkMutants {
		if m.Level < level() {
			continue
		}
		if _, ok := of[m.Scenario.Name]; !ok {
			scenarios = append(scenarios, m.Scenario)
		}
		of[m.Scenario.Name] = append(of[m.Scenario.Name], m.Mutation)
	}
	for _, sc := range scenarios {
		play(t, sc.Name, of[sc.Name], func(m mutants.Mutation) (mutants.Outcome, error) { return s.Sink(t.Context(), m, sc) })
	}
}

func TestBrokenCapturesAreCaught(t *testing.T) {
	s := shared(t)
	of := map[string][]mutants.Mutation{}
	var passages []mutants.Passage
	for _, m := range mutants.CaptureMutants {
		if m.Level < level() {
			continue
		}
		if _, ok := of[m.Passage.Name]; !ok {
			passages = append(passages, m.Passage)
		}
		of[m.Passage.Name] = append(of[m.Passage.Name], m.Mutation)
	}
	for _, p := range passages {
		play(t, p.Name, of[p.Name], func(m mutants.Mutation) (mutants.Outcome, error) { return s.Capture(t.Context(), m, p) })
	}
}
