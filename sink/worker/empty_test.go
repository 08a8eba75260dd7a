package worker

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// A range of duplicates makes no rows, and yet moves ops.applied. A process that dies
// right then is followed by one that goes on: the seal explains what ops.applied says.
func TestDiesAfterARangeWithoutRows(t *testing.T) {
	r := newRig(t)
	r.commit(5)
	before := r.start(r.server, nil)
	r.exact()
	before.stop(t)

	require.NoError(t, r.topic.Again(t.Context()))
	end := r.end()
	var first *member
	begun := make(chan struct{})
	var died atomic.Bool
	r.server.after = func(table, _ string) error {
		<-begun
		r.server.mu.Lock()
		applied := r.server.applied[0]
		r.server.mu.Unlock()
		if table != "applied" || applied < end {
			return nil
		}
		died.Store(true)
		first.cancel()
		return lostConnection{}
	}
	first = r.start(r.server, nil)
	close(begun)
	require.NoError(t, <-first.done)
	require.True(t, died.Load())

	r.commit(3)
	r.server.obey()
	second := r.start(r.server, nil)
	r.exact()
	second.stop(t)
}
