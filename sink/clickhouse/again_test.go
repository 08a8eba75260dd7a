package clickhouse

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/stretchr/testify/require"
)

// A table that is missing and a part that cannot be read may be back at the next try, if
// another sink is at it; but not for ever.
func TestWhatAnotherSinkMayBeMendingIsTriedAgain(t *testing.T) { synctest.Test(t, mendedByAnother) }

func mendedByAnother(t *testing.T) {
	missing := &Error{Class: Stop, Code: int(proto.ErrUnknownTable)}
	for name, err := range map[string]*Error{"missing": missing, "damaged": {Class: Stop, Code: int(proto.ErrCorruptedData), damaged: true}} {
		var a Again
		for range 5 {
			require.True(t, a.Worth(err), name)
		}
		time.Sleep(shortest)
		require.False(t, a.Worth(err), name)
		a = Again{}
		require.True(t, a.Worth(err), name)
		time.Sleep(shortest)
		require.True(t, a.Worth(err), "%s: it was asked twice only", name)
		require.False(t, a.Worth(err), name)
	}
	var a Again
	away := &Error{Class: Stop, Code: int(proto.ErrUnknownTable), detached: true}
	for range 100 {
		require.True(t, a.Worth(away), "it is waited for as long as it is detached")
	}
	require.True(t, a.Worth(missing))
	require.True(t, a.Worth(&Error{Class: Retry}), "something else came between")
	time.Sleep(shortest)
	require.True(t, a.Worth(missing))
	require.True(t, a.Worth(missing))
	require.False(t, a.Worth(&Error{Class: Stop}))
	require.False(t, a.Worth(errors.New("of nobody's")))
}
