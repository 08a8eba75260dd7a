package supervise

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A halted part stays down while the others go on, and can be asked for again.
func TestHaltStopsOnePartUntilItIsAskedFor(t *testing.T) {
	j := &journal{}
	v := supervise(t, sleeper(j, "base"), sleeper(j, "extra"))
	require.NoError(t, v.Up(nil, ""))
	base, first := await(t, v, "base", ready), await(t, v, "extra", ready)

	require.NoError(t, v.Halt("extra"))
	require.ErrorIs(t, syscall.Kill(first.PID, 0), syscall.ESRCH, "its process is gone when Halt comes back")
	require.Len(t, v.Status(), 1)
	require.Error(t, v.Halt("extra"), "it is down")

	require.NoError(t, v.Up(nil, ""))
	require.NotEqual(t, first.PID, await(t, v, "extra", ready).PID)
	require.Equal(t, base.PID, await(t, v, "base", ready).PID, "the others were left alone")
}
