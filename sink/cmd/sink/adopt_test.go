package main

import (
	"context"
	"errors"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
)

// command runs a command of the program to its end.
func (b *bench) command(args ...string) (code int, output string) {
	ctx, cancel := context.WithTimeout(b.t.Context(), 2*time.Minute) // a sink that should refuse, and works, works for ever
	defer cancel()
	out, err := exec.CommandContext(ctx, b.program, append(args, b.args...)...).CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), string(out)
	}
	require.NoError(b.t, err, string(out))
	return 0, string(out)
}

// An offset tool moved a commit. The sink stops, says so, and goes on after a person has
// looked and said where.
func TestMovedCommitIsAdopted(t *testing.T) {
	b := newBench(t, 11)
	one := b.start(1)
	b.produce(t.Context(), 2_000)
	b.settled(time.Minute)
	b.stop(one)

	ends := b.ends(t.Context())
	group := b.args[3]
	res, err := b.topic.Client.OffsetCommit(t.Context(), &kafka.OffsetCommitRequest{GroupID: group, GenerationID: -1,
		Topics: map[string][]kafka.OffsetCommit{b.src.Topic(): {{Partition: 2, Offset: 5}}}})
	require.NoError(t, err)
	require.NoError(t, res.Topics[b.src.Topic()][0].Error)

	code, out := b.command("run", "--stop", "process")
	require.Equal(t, exitOperator, code, out)
	require.Contains(t, out, "commit without metadata")
	require.Contains(t, out, "sink adopt")

	code, out = b.command("adopt", b.src.Topic(), "2", "--at", "5")
	require.Equal(t, exitFailed, code, out)
	require.Contains(t, out, "would come twice")
	code, out = b.command("adopt", b.src.Topic(), "2", "--at", strconv.FormatInt(ends[2], 10))
	require.Zero(t, code, out)

	two := b.start(2)
	b.produce(t.Context(), 1_000)
	b.settled(time.Minute)
	b.stop(two)
}
