package meter

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCPUTimePassesOverTheName(t *testing.T) {
	// The name holds what would shift a naive split.
	stat := "42 (a) R 1 ) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 9 0 1 2 3"
	cpu, err := cpuTime([]byte(stat))
	require.NoError(t, err)
	require.Equal(t, 3*time.Second, cpu)
	for _, bad := range []string{"", "42 a R", "42 (a) R 1 2 3", "42 (a) S 1 42 42 0 -1 4194304 100 0 0 0 x 50"} {
		_, err := cpuTime([]byte(bad))
		require.Error(t, err, bad)
	}
}

func TestPeak(t *testing.T) {
	require.EqualValues(t, 1234<<10, peak([]byte("Name:\tx\nVmHWM:\t    1234 kB\nVmRSS:\t 10 kB\n")))
	require.Zero(t, peak([]byte("Name:\tx\n")))
}

func TestReadSelf(t *testing.T) {
	u, err := Read(os.Getpid())
	require.NoError(t, err)
	require.Positive(t, u.Peak)
	_, err = Read(1 << 30)
	require.Error(t, err)
}

func TestWatchKeepsWhatItSaw(t *testing.T) {
	w := Follow(os.Getpid)
	require.Positive(t, w.Last().Peak)
	require.Zero(t, Follow(func() int { return 1 << 30 }).Last().Peak)
}

func TestBusyLeavesOutIdleness(t *testing.T) {
	d, err := busy("cpu  100 20 30 1000000 5000 1 2 47 9 9\ncpu0 1 1 1 1 1 1 1 1 0 0\n")
	require.NoError(t, err)
	require.Equal(t, 2*time.Second, d)
	for _, bad := range []string{"", "cpu 1 2 3", "cpu0 1 2 3 4 5 6 7 8", "cpu 1 2 3 4 5 6 7 x"} {
		_, err := busy(bad)
		require.Error(t, err, bad)
	}
}
