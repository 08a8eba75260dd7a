package chaos_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/test/chaos"
	"github.com/tidemark-cdc/tidemark/test/fault"
)

func TestMain(m *testing.M) {
	fault.InNamespace()
	os.Exit(m.Run())
}

// fixed are the seeds that always run. Others: make chaos SEED=.
var fixed = []uint64{2, 8}

const (
	length = 45 * time.Second
	every  = 4 * time.Second
)

// progress goes to the test's log line by line.
type progress struct{ *testing.T }

func (p progress) Write(text []byte) (int, error) {
	p.Log(string(bytes.TrimRight(text, "\n")))
	return len(text), nil
}

// Whatever strikes, every validator is content afterwards.
func TestFixedSeeds(t *testing.T) {
	if testing.Short() {
		t.Skip("needs the whole stack")
	}
	bin, err := filepath.Abs("../../bin")
	require.NoError(t, err)
	scene, err := chaos.Open(t.Context(), chaos.Options{Bin: bin, Parts: os.Getenv("TIDEMARK_PARTS"), Log: progress{t}})
	require.NoError(t, err)
	defer scene.Close()
	for _, seed := range fixed {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { try(t, scene, seed) })
	}
}

func try(t *testing.T, scene *chaos.Scene, seed uint64) {
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	report, err := scene.Try(ctx, chaos.Trial{Seed: seed, Length: length, Rate: 100, Plan: chaos.Plan(seed, length, every, fault.All())})
	if report != nil {
		report.Print(progress{t})
	}
	require.NoError(t, err)
	require.True(t, report.Right(), "a promise was broken; the same again: chaos --seed %d --minutes %g --every %s --rate 100", seed, length.Minutes(), every)
	require.True(t, report.Whole(), "a fault was not struck")
	require.Positive(t, report.Changes)
	require.Positive(t, report.Claims)
}

func TestAPlanFollowsFromItsSeedAlone(t *testing.T) {
	names := func(seed uint64) (all []string) {
		for _, b := range chaos.Plan(seed, 20*time.Minute, 12*time.Second, fault.All()) {
			all = append(all, fmt.Sprint(b.Fault.Name, b.At, b.For))
		}
		return all
	}
	require.Equal(t, names(7), names(7))
	require.NotEqual(t, names(7), names(8))
}

// Two faults that hold the same thing would undo each other's healing.
func TestWhatIsHeldIsNotStruckAgain(t *testing.T) {
	for seed := range uint64(50) {
		free := map[string]time.Duration{}
		plan := chaos.Plan(seed, 20*time.Minute, 4*time.Second, fault.All())
		require.Greater(t, len(plan), 60)
		for _, b := range plan {
			for _, h := range append([]string{b.Fault.Name}, b.Fault.Holds...) {
				require.GreaterOrEqual(t, b.At, free[h], "seed %d: %s at %s", seed, b.Fault.Name, b.At)
				free[h] = b.At + b.For
			}
		}
	}
}

// Twenty minutes of any seed strike at least 60 faults of at least 8 kinds.
func TestALongPlanStrikesManyKinds(t *testing.T) {
	for seed := range uint64(200) {
		var kinds []string
		plan := chaos.Plan(seed, 20*time.Minute, 12*time.Second, fault.All())
		for _, b := range plan {
			kinds = append(kinds, b.Fault.Kind)
		}
		slices.Sort(kinds)
		require.GreaterOrEqual(t, len(plan), 60, "seed %d", seed)
		require.GreaterOrEqual(t, len(slices.Compact(kinds)), 8, "seed %d", seed)
	}
}
