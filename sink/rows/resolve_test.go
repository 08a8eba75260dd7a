package rows

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// script is a partition's raw and the records that come to it, one batch per call.
type script struct {
	t      *testing.T
	raw    *fakeRaw
	b      *Builder
	offset int64
}

func newScript(t *testing.T) *script {
	c := parseContract(t, accounts)
	return &script{t: t, raw: newFakeRaw(t, c), b: compile(t, c)}
}

// rec is an unchained record of account 1 at commit.
func (s *script) rec(op event.Op, commit uint64, after string) *Record {
	s.offset++
	return &Record{
		Offset: s.offset, Key: []byte(`{"id":1}`),
		Value:  fmt.Appendf(nil, `{"before":null,"after":%s,"source":{},"op":"%s"}`, after, op),
		Header: event.Header{Version: position.Position{Epoch: 1, Commit: commit}, Op: op},
	}
}

// apply makes one batch of unchained records and gives its counts.
func (s *script) apply(records ...*Record) Counts {
	s.b.Begin(Place{Incarnation: "i"})
	for _, r := range records {
		require.NoError(s.t, s.b.Add(r, false))
	}
	rejects, err := s.b.Resolve(s.t.Context(), s.raw)
	require.NoError(s.t, err)
	require.Empty(s.t, rejects)
	s.raw.insert(s.t, s.b)
	s.raw.live(s.t)
	return s.b.Counts()
}

func row(amount int) string { return fmt.Sprintf(`{"id":1,"amount":"%d.00","note":null}`, amount) }

func TestOlderThanWhatRawHoldsIsNoChange(t *testing.T) {
	s := newScript(t)
	require.Equal(t, Counts{Records: 1, Inserted: 1}, s.apply(s.rec(event.Read, 50, row(1))))
	require.Equal(t, Counts{Records: 3, Stale: 3}, s.apply(
		s.rec(event.Update, 40, row(2)), s.rec(event.Delete, 49, "null"), s.rec(event.Read, 50, row(1))))
	require.Len(t, s.raw.live(t), 1)
	require.Equal(t, Counts{Records: 1, Deleted: 1}, s.apply(s.rec(event.Delete, 60, "null")))
	require.Equal(t, Counts{Records: 1, Stale: 1}, s.apply(s.rec(event.Create, 55, row(3))), "what was deleted at 60 does not come back from 55")
	require.Empty(t, s.raw.live(t))
}

func TestASnapshotReadTwiceCountsOnce(t *testing.T) {
	s := newScript(t)
	require.Equal(t, Counts{Records: 2, Inserted: 1, Stale: 1}, s.apply(s.rec(event.Read, 50, row(1)), s.rec(event.Read, 50, row(1))))
	require.Equal(t, Counts{Records: 1, Updated: 1}, s.apply(s.rec(event.Read, 70, row(2))), "a later snapshot replaces what raw holds")
	require.Len(t, s.raw.live(t), 1)
}

func TestNothingToTakeBack(t *testing.T) {
	s := newScript(t)
	require.Equal(t, Counts{Records: 2, Void: 2}, s.apply(s.rec(event.Delete, 1, "null"), s.rec(event.Update, 2, "null")))
	require.Equal(t, Counts{Records: 1, Inserted: 1}, s.apply(s.rec(event.Update, 3, row(1))), "an update of a key that raw lacks")
	require.Equal(t, Counts{Records: 1, Void: 1}, s.apply(s.rec(event.Update, 4, "null")), "the document was gone when it was looked up; its delete follows")
	require.Len(t, s.raw.live(t), 1)
	require.Equal(t, Counts{Records: 1, Deleted: 1}, s.apply(s.rec(event.Delete, 5, "null")))
	require.Empty(t, s.raw.live(t))
}

func TestWhatTheBatchWroteIsNotAskedFor(t *testing.T) {
	s := newScript(t)
	s.b.Begin(Place{Incarnation: "i"})
	create := s.rec(event.Create, 1, row(1))
	require.NoError(t, s.b.Add(create, true))
	require.NoError(t, s.b.Add(s.rec(event.Update, 2, row(2)), false))
	require.Equal(t, 1, s.b.Open())
	_, err := s.b.Resolve(t.Context(), s.raw)
	require.NoError(t, err)
	require.Zero(t, s.raw.asked)
	s.raw.insert(t, s.b)
	require.Equal(t, Counts{Records: 2, Inserted: 1, Updated: 1}, s.b.Counts())
}

type failing struct{ err error }

func (f failing) Newest(context.Context, Question, func(*Images) error) error { return f.err }
func (f failing) Buried(context.Context, BuriedQuestion, func([]byte, position.Position)) error {
	return f.err
}

func TestAFailedLookupCanBeTriedAgain(t *testing.T) {
	s := newScript(t)
	s.apply(s.rec(event.Create, 1, row(1)))
	s.b.Begin(Place{Incarnation: "i"})
	require.NoError(t, s.b.Add(s.rec(event.Update, 2, row(2)), false))
	down := errors.New("down")
	_, err := s.b.Resolve(t.Context(), failing{down})
	require.ErrorIs(t, err, down)
	require.Equal(t, 1, s.b.Open())
	require.Error(t, s.b.Counts().Check(s.b.Rows()+1))
	_, err = s.b.Resolve(t.Context(), s.raw)
	require.NoError(t, err)
	require.Equal(t, Counts{Records: 1, Updated: 1}, s.b.Counts())
}

func TestAKeyThatWasNotAskedForIsAFault(t *testing.T) {
	s := newScript(t)
	s.b.Begin(Place{Incarnation: "i"})
	require.NoError(t, s.b.Add(s.rec(event.Update, 2, row(2)), false))
	other := newScript(t)
	r := other.rec(event.Create, 1, `{"id":2,"amount":"1.00","note":null}`)
	r.Key = []byte(`{"id":2}`)
	other.apply(r)
	_, err := s.b.Resolve(t.Context(), answering{other.raw.images(0)})
	require.ErrorContains(t, err, "not asked for")
}

func (a answering) Buried(context.Context, BuriedQuestion, func([]byte, position.Position)) error {
	return nil
}

type answering struct{ images *Images }

func (a answering) Newest(_ context.Context, _ Question, take func(*Images) error) error {
	return take(a.images)
}

func TestRetractTakesBackLiveRows(t *testing.T) {
	s := newScript(t)
	s.apply(s.rec(event.Create, 1, row(1)))
	for _, op := range []event.Op{event.Truncate, event.Marking} {
		s.b.Begin(Place{Incarnation: "i"})
		at := event.Header{Version: position.Position{Epoch: 1, Commit: 9}, Op: op}
		s.b.Retract(s.raw.images(0), 0, at, 7)
		require.Equal(t, Counts{Retracted: 1}, s.b.Counts())
		require.NoError(t, s.b.Counts().Check(1))
		require.EqualValues(t, -1, s.b.meta.sign[0])
		require.EqualValues(t, map[event.Op]int{event.Truncate: 5, event.Marking: 3}[op], s.b.meta.op[0])
	}
	s.raw.insert(t, s.b)
	require.Empty(t, s.raw.live(t))
}

func TestTwoKeysThatAreOneInTheContract(t *testing.T) {
	s := newScript(t)
	s.b.Begin(Place{Incarnation: "i"})
	a, b := s.rec(event.Update, 1, row(1)), s.rec(event.Update, 2, row(2))
	b.Key = []byte(`{"id":1,"other":2}`)
	require.NoError(t, s.b.Add(a, false))
	require.NoError(t, s.b.Add(b, false))
	_, err := s.b.Resolve(t.Context(), s.raw)
	require.ErrorContains(t, err, "different keys")
}
