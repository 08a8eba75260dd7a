package worker

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/sink/ledger"
	"github.com/tidemark-cdc/tidemark/sink/sinktest"
)

// A process that dies between any two steps is followed by one that cuts the sealed
// range as it was, under the same token.
func TestNothingIsLostOrDoubledWhereverItDies(t *testing.T) {
	for name, at := range map[string]func(s *server, die func() error){
		"after the seal, before the insert": func(s *server, die func() error) {
			s.before = func(table, _ string) error {
				if table == "t" {
					return die()
				}
				return nil
			}
		},
		"after the insert, before its answer": func(s *server, die func() error) {
			s.after = func(table, _ string) error {
				if table == "t" {
					return die()
				}
				return nil
			}
		},
		"after the insert, before ops.applied": func(s *server, die func() error) {
			s.before = func(table, _ string) error {
				if table == "applied" {
					return die()
				}
				return nil
			}
		},
		"after ops.applied, before done": func(s *server, die func() error) {
			s.after = func(table, _ string) error {
				if table == "applied" {
					return die()
				}
				return nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.commit(25)
			var first *member
			begun := make(chan struct{})
			var died atomic.Bool
			at(r.server, func() error {
				<-begun
				died.Store(true)
				first.cancel()
				return lostConnection{} // what a killed process no longer hears
			})
			first = r.start(r.server, nil)
			close(begun)
			require.NoError(t, <-first.done)
			require.True(t, died.Load())

			r.commit(13) // a range that is cut anew would take these in
			r.server.obey()
			second := r.start(r.server, func(s *Shared) { s.Limits.Rows = 1000 })
			r.exact()
			second.stop(t)
		})
	}
}

// A lost answer is sent again as it was, after the seal is committed again.
func TestLostAnswersAreSentAgain(t *testing.T) {
	r := newRig(t)
	left := 6
	r.server.after = func(table, _ string) error {
		if left > 0 && table == "t" {
			left--
			return lostConnection{}
		}
		return nil
	}
	r.commit(40)
	m := r.start(r.server, nil)
	r.exact()
	m.stop(t)
}

// An owner that was paused in the middle of an insert wakes after another has taken
// over. Its insert changes nothing and its commit is refused.
func TestZombieChangesNothing(t *testing.T) {
	r := newRig(t)
	r.commit(8)
	asleep, wake := make(chan struct{}), make(chan struct{})
	var once atomic.Bool
	r.server.before = func(table, _ string) error {
		if table == "t" && once.CompareAndSwap(false, true) {
			close(asleep)
			<-wake
		}
		return nil
	}
	r.start(r.server, nil)
	<-asleep
	r.start(r.server, nil)
	r.exact()
	r.commit(9)
	r.exact()
	close(wake)
	r.commit(9)
	r.exact()
	time.Sleep(50 * time.Millisecond) // let the zombie do what it can
	r.exact()
}

// An owner was paused with an insert that failed, and wakes when ClickHouse has forgotten
// the token under which the next owner inserted the range. It must not try again.
func TestAZombieThatTriesAgainIsRefused(t *testing.T) {
	r := newRig(t)
	r.commit(8)
	asleep, wake := make(chan struct{}), make(chan struct{})
	var once atomic.Bool
	r.server.before = func(table, _ string) error {
		if table == "t" && once.CompareAndSwap(false, true) {
			close(asleep)
			<-wake
			return lostConnection{}
		}
		return nil
	}
	r.start(r.server, func(s *Shared) { s.Grace = time.Minute })
	<-asleep
	r.start(r.server, nil)
	r.exact()
	r.server.forget()
	close(wake)
	time.Sleep(200 * time.Millisecond) // let the zombie do what it can
	r.commit(9)
	r.exact()
}

func TestAnotherProgramMayNotRebuildARange(t *testing.T) {
	r := newRig(t)
	r.commit(8)
	var first *member
	begun := make(chan struct{})
	r.server.before = func(table, _ string) error {
		if table == "t" {
			<-begun
			first.cancel()
			return lostConnection{}
		}
		return nil
	}
	first = r.start(r.server, nil)
	close(begun)
	require.NoError(t, <-first.done)
	r.server.obey()

	client := &kafka.Client{Addr: r.client.Addr, Transport: r.transport()}
	res, err := client.OffsetFetch(t.Context(), &kafka.OffsetFetchRequest{GroupID: r.group, Topics: map[string][]int{r.src.Topic(): {0}}})
	require.NoError(t, err)
	e, err := ledger.Parse(res.Topics[r.src.Topic()][0].Metadata)
	require.NoError(t, err)
	e.Range.Checksum++ // as a program that decodes otherwise would have sealed it
	r.adopt(e.Next, e.Text())
	err = r.start(r.server, nil).failed(t)
	require.ErrorIs(t, err, ErrRebuilt)
	require.Empty(t, r.server.offsets)
}

// adopt writes a commit as an offset tool does: while the group has no members.
func (r *rig) adopt(offset int64, metadata string) {
	require.Eventually(r.t, func() bool {
		res, err := r.client.OffsetCommit(r.t.Context(), &kafka.OffsetCommitRequest{GroupID: r.group, GenerationID: -1,
			Topics: map[string][]kafka.OffsetCommit{r.src.Topic(): {{Partition: 0, Offset: offset, Metadata: metadata}}}})
		return err == nil && res.Topics[r.src.Topic()][0].Error == nil
	}, 10*time.Second, 20*time.Millisecond)
}

func TestWhatCannotBeExplainedStops(t *testing.T) {
	ready := func(t *testing.T) *rig {
		r := newRig(t)
		r.commit(8)
		m := r.start(r.server, nil)
		r.exact()
		m.stop(t)
		return r
	}
	t.Run("a commit without metadata", func(t *testing.T) {
		r := ready(t)
		r.adopt(4, "")
		require.ErrorIs(t, r.start(r.server, nil).failed(t), ledger.ErrNoMetadata)
	})
	t.Run("a commit moved forward with its metadata", func(t *testing.T) {
		r := ready(t)
		e := ledger.Entry{Kind: ledger.Done, Next: 2, State: ledger.State{Incarnation: "inc1"}}
		r.adopt(2, e.Text())
		require.ErrorIs(t, r.start(r.server, nil).failed(t), ErrApplied)
	})
	t.Run("rows without a commit", func(t *testing.T) {
		r := ready(t)
		r.group = "another"
		require.ErrorIs(t, r.start(r.server, nil).failed(t), ErrNoCommit)
	})
	t.Run("records that retention took", func(t *testing.T) {
		r := newRig(t)
		r.adopt(500, ledger.Entry{Kind: ledger.Done, Next: 500, State: ledger.State{Incarnation: "inc1"}}.Text())
		r.server.applied[0] = 500
		err := r.start(r.server, nil).failed(t)
		class, hint := Classify(err)
		require.Equal(t, Operator, class, err)
		require.NotEmpty(t, hint)
	})
}

// A record that is refused only when raw is asked breaks its key's chain for records that
// were already taken at their word: they are cut again.
func TestKeyOfALateDeadLetterIsResolved(t *testing.T) {
	r := newRig(t)
	r.limits.Rows = 1
	key := []byte(`{"id":5}`)
	r.topic.Put(sinktest.Record{Key: key, Header: r.src.Update(false).Append(nil),
		Value: []byte(`{"before":null,"after":{"id":5,"name":"a","amount":"1.00","updated_at":"2026-01-01T00:00:00Z"},"unchanged":["note"],"op":"u"}`)})
	r.topic.Put(sinktest.Record{Key: key, Header: r.src.Update(true).Append(nil),
		Value: []byte(`{"before":{"id":5,"name":"a","amount":"1.00","note":"n","updated_at":"2026-01-01T00:00:00Z"},"after":{"id":5,"name":"b","amount":"2.00","note":"n","updated_at":"2026-01-01T00:00:00Z"},"op":"u"}`)})
	require.NoError(t, r.topic.Flush(t.Context()))
	r.src.Signed = 1 // the -1 of an image that raw never had must not come
	m := r.start(r.server, nil)
	r.exact()
	m.stop(t)
	require.Len(t, r.server.dead, 1)
	require.Equal(t, string(key), r.server.dead[0][0])
	require.Contains(t, r.server.dead[0][1], "/dead")
}

func TestGraceLetsTheBatchInFlightFinish(t *testing.T) {
	r := newRig(t)
	r.commit(8)
	var m *member
	begun := make(chan struct{})
	inserts := 0
	r.server.before = func(table, _ string) error {
		if table == "t" {
			<-begun
			inserts++
			m.cancel()
		}
		return nil
	}
	m = r.start(r.server, func(s *Shared) { s.Grace = 20 * time.Second })
	close(begun)
	require.NoError(t, <-m.done)
	e := r.ledger(t)
	require.Equal(t, ledger.Done, e.Kind)
	require.Equal(t, 1, inserts)
	require.Equal(t, r.server.applied[0], e.Next)
}

func (r *rig) ledger(t *testing.T) ledger.Entry {
	e, ok, err := ledger.New(r.client, ledger.Fence{Group: r.group}, r.src.Topic(), 0).Load(context.Background())
	require.NoError(t, err)
	require.True(t, ok)
	return e
}
