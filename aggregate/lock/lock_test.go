package lock

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/aggregate/client"
)

func server(t *testing.T) *client.Client {
	url := os.Getenv("TIDEMARK_TEST_CLICKHOUSE_HTTP_URL")
	if url == "" {
		t.Skip("needs a ClickHouse: TIDEMARK_TEST_CLICKHOUSE_HTTP_URL, _USER, _PASSWORD")
	}
	return &client.Client{URL: url, User: os.Getenv("TIDEMARK_TEST_CLICKHOUSE_USER"), Password: os.Getenv("TIDEMARK_TEST_CLICKHOUSE_PASSWORD")}
}

// holder says that this process is one that takes the lock and waits to be killed.
const holder = "TIDEMARK_TEST_LOCK_HOLDER"

func TestOneAtATimeAndADeadHolderHoldsNothing(t *testing.T) {
	s := server(t)
	if os.Getenv(holder) != "" {
		_, _, err := Take(context.Background(), s)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(os.Getenv(holder), nil, 0o600))
		select {}
	}
	held, release, err := Take(t.Context(), s)
	require.NoError(t, err)
	_, _, err = Take(t.Context(), s)
	require.ErrorIs(t, err, ErrTaken)
	require.NoError(t, held.Err())
	release()
	require.Error(t, held.Err())

	marker := t.TempDir() + "/held"
	other := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	other.Env = append(os.Environ(), holder+"="+marker)
	require.NoError(t, other.Start())
	require.Eventually(t, func() bool { _, err := os.Stat(marker); return err == nil }, time.Minute, 20*time.Millisecond)
	_, _, err = Take(t.Context(), s)
	require.ErrorIs(t, err, ErrTaken)
	require.NoError(t, other.Process.Kill())
	_ = other.Wait()
	require.Eventually(t, func() bool {
		_, release, err := Take(t.Context(), s)
		if err == nil {
			release()
		}
		return err == nil
	}, time.Minute, 50*time.Millisecond, "a killed holder still holds the lock")
}

func TestALockThatTheServerEndsIsLost(t *testing.T) {
	s := server(t)
	var held context.Context
	require.Eventually(t, func() bool {
		var err error
		held, _, err = Take(t.Context(), s)
		return err == nil
	}, time.Minute, 50*time.Millisecond)
	require.NoError(t, s.Exec(t.Context(), "KILL QUERY WHERE query_id = '"+id+"' SYNC"))
	select {
	case <-held.Done():
		require.ErrorIs(t, context.Cause(held), ErrLost)
	case <-time.After(time.Minute):
		t.Fatal("nobody noticed")
	}
}
