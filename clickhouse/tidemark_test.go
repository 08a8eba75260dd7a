package clickhouse

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

const partitions, topics = 3, 2

// world is one source's published past: which commit every record of every partition belongs to, and its watermarks.
type world struct {
	*rand.Rand
	source  string
	records [topics * partitions][]uint64 // commit of each record, by offset
	marks   []mark
	applied [topics * partitions]int
}

type mark struct {
	commit   uint64
	complete bool
	next     [topics * partitions]int
}

// publish makes commits of a few records each; the last partition stays empty for ever.
func publish(seed uint64, source string, marks int) *world {
	w := &world{Rand: rand.New(rand.NewPCG(seed, 1)), source: source}
	var commit uint64
	for len(w.marks) < marks {
		for range 1 + w.IntN(3) {
			commit += 1 + uint64(w.IntN(5))
			for range w.IntN(4) {
				p := w.IntN(len(w.records) - 1)
				w.records[p] = append(w.records[p], commit)
			}
		}
		m := mark{commit: commit, complete: w.IntN(6) > 0}
		for p, r := range w.records {
			m.next[p] = len(r)
		}
		w.marks = append(w.marks, m)
		if w.IntN(4) == 0 { // the same position once more, from a capture that was restarted and is beyond it already
			p := w.IntN(len(w.records) - 1)
			w.records[p] = append(w.records[p], commit+1)
			m.next[p]++
			w.marks = append(w.marks, m)
		}
	}
	return w
}

// apply lets each partition come about as far as mark number around, some further, some less far.
func (w *world) apply(around, spread int) {
	for p := range w.applied {
		i := min(max(0, around+w.IntN(2*spread+1)-spread), len(w.marks)-1)
		w.applied[p] = max(0, min(len(w.records[p]), w.marks[i].next[p]+w.IntN(3)-1))
	}
}

// tidemark is the definition, one watermark after the other; ok is false when there is none yet.
func (w *world) tidemark() (commit uint64, ok bool) {
	for _, m := range w.marks {
		if m.complete && m.next == minimum(m.next, w.applied) {
			commit, ok = m.commit, true
		}
	}
	return commit, ok
}

func minimum(a, b [topics * partitions]int) (out [topics * partitions]int) {
	for i := range a {
		out[i] = min(a[i], b[i])
	}
	return out
}

func (w *world) store(s *server, first int) {
	var rows []string
	for i, m := range w.marks {
		rows = append(rows, fmt.Sprintf("('%s',1,%d,0,now64(6),%t,['%s.a','%s.b'],['i1','i1'],[[%d,%d,%d],[%d,%d,%d]],%d)",
			w.source, m.commit, m.complete, w.source, w.source, m.next[0], m.next[1], m.next[2], m.next[3], m.next[4], m.next[5], first+i))
	}
	s.run("INSERT INTO ops.watermarks (source, epoch, commit, ordinal, commit_time, complete, topics, incarnations, next_offsets, _offset) VALUES " + strings.Join(rows, ","))
	w.storeApplied(s)
}

func (w *world) storeApplied(s *server) {
	var rows []string
	for p, next := range w.applied {
		if next > 0 {
			rows = append(rows, fmt.Sprintf("('%s.%c',%d,'i1',%d,%d)", w.source, 'a'+p/partitions, p%partitions, next, w.records[p][next-1]))
		}
	}
	rows = append(rows, fmt.Sprintf("('%s.a',0,'older incarnation',1000000000,1000000000)", w.source))
	s.run("INSERT INTO ops.applied (topic, partition, incarnation, next_offset, version) SELECT t.1, t.2, t.3, t.4, bitShiftLeft(toUInt128(1), 112) + bitShiftLeft(toUInt128(t.5), 48) FROM (SELECT arrayJoin([" + strings.Join(rows, ",") + "]) AS t)")
}

func (w *world) shown(s *server) string {
	return s.run("SELECT position FROM ops.tidemark WHERE source = '" + w.source + "'")
}

func TestTheTidemarkIsTheGreatestWatermarkThatIsApplied(t *testing.T) {
	s := newServer(t)
	reached := 0
	for seed := range uint64(12) {
		s.run("TRUNCATE TABLE ops.watermarks")
		s.run("TRUNCATE TABLE ops.applied")
		busy, idle := publish(seed, "busy", 200), publish(seed+100, "idle", 5)
		busy.apply(int(seed)*18, int(seed)%4*8)
		idle.apply(4, 1)
		idle.store(s, 0)
		busy.store(s, 1000)
		for _, w := range []*world{busy, idle} {
			commit, ok := w.tidemark()
			want := ""
			if ok {
				reached++
				want = fmt.Sprintf("1/%d/0", commit)
			}
			if got := w.shown(s); got != want {
				t.Fatalf("seed %d, %s: got %q, want %q", seed, w.source, got, want)
			}
		}
	}
	if reached < 12 {
		t.Fatalf("only %d of 24 had a tidemark: the test shows too little", reached)
	}
}

func TestFarBehindTheTidemarkIsNeverTooHighAndNeverLost(t *testing.T) {
	s := newServer(t)
	w := publish(7, "far", 14_000)
	w.store(s, 0)
	for _, around := range []int{100, 1000, 3000, 13_990} {
		w.apply(around, 2)
		s.run("TRUNCATE TABLE ops.applied")
		w.storeApplied(s)
		commit, _ := w.tidemark()
		var got uint64
		if _, err := fmt.Sscanf(w.shown(s), "1/%d/0", &got); err != nil || got > commit || got+100 < commit {
			t.Fatalf("around %d: got %d, want at most %d and little less; %v", around, got, commit, err)
		}
	}
}

// While one source is silent, those of another fill the topic.
func TestTheTidemarkOfASourceThatWasSilentDoesNotFallBack(t *testing.T) {
	s := newServer(t)
	silent := publish(3, "silent", 50)
	for p, r := range silent.records {
		silent.applied[p] = len(r)
	}
	silent.store(s, 0)
	commit, _ := silent.tidemark()
	s.run("INSERT INTO ops.watermarks (source, epoch, commit, ordinal, complete, topics, incarnations, next_offsets, _offset) SELECT 'busy', 1, number, 0, true, ['busy.a'], ['i1'], [[0]], 50 + number FROM numbers(11000)")
	s.run(fmt.Sprintf("INSERT INTO ops.watermarks (source, epoch, commit, ordinal, complete, topics, incarnations, next_offsets, _offset) SELECT 'silent', 1, %d, 0, true, ['silent.a'], ['i1'], [[1000000]], 11050", commit+10))
	if got, want := silent.shown(s), fmt.Sprintf("1/%d/0", commit); got != want {
		t.Fatalf("got %q, want %q: the first watermark after the silence has taken it back", got, want)
	}
}

func TestTheTidemarkCountsUnresolvedDeadLettersUpToIt(t *testing.T) {
	s := newServer(t)
	w := publish(9, "pg", 30)
	w.apply(29, 0)
	for p := range w.applied {
		w.applied[p] = len(w.records[p])
	}
	w.store(s, 0)
	commit, _ := w.tidemark()
	letter := func(offset int, commit uint64, revision, resolved int) {
		s.run(fmt.Sprintf("INSERT INTO ops.dead_letters (source, topic, incarnation, partition, offset, version, revision, resolved) SELECT 'pg', 'pg.a', 'i1', 0, %d, bitShiftLeft(toUInt128(1), 112) + bitShiftLeft(toUInt128(%d), 48), %d, %d",
			offset, commit, revision, resolved))
	}
	letter(1, commit, 0, 0)
	letter(2, commit-1, 0, 0)
	letter(3, commit+1, 0, 0)
	letter(2, commit-1, 1, 1)
	letter(2, commit-1, 0, 0) // the batch is rebuilt: the letter must not come back to life
	if got := s.run("SELECT dead_letters, behind FROM ops.tidemark WHERE source = 'pg'"); got != "1\t0" {
		t.Fatalf("got %q", got)
	}
	if got := s.run("SELECT id FROM ops.dead_letters FINAL WHERE offset = 1"); got != "pg.a/0/1" {
		t.Fatalf("got id %q", got)
	}
}

func TestOldWatermarksAreThinnedToTheNewestOfEachSource(t *testing.T) {
	s := newServer(t)
	s.run("INSERT INTO ops.watermarks (source, epoch, commit, ordinal, complete, topics, incarnations, next_offsets, _offset, received_at) SELECT if(number % 2 = 0, 'a', 'b'), 1, number, 0, number < 150, ['t'], ['i'], [[number]], number, now64(3) - INTERVAL 9 DAY FROM numbers(200)")
	s.run("OPTIMIZE TABLE ops.watermarks FINAL")
	got := s.run("SELECT source, complete, count(), max(commit), any(next_offsets[1][1]), any(bitAnd(bitShiftRight(version, 48), 0xffff)) FROM ops.watermarks GROUP BY source, complete ORDER BY source, complete")
	want := "a\tfalse\t1\t198\t198\t198\na\ttrue\t1\t148\t148\t148\nb\tfalse\t1\t199\t199\t199\nb\ttrue\t1\t149\t149\t149"
	if got != want {
		t.Fatalf("got\n%s\nwant\n%s", got, want)
	}
	if got := s.run("SELECT groupArray(position) FROM (SELECT position FROM ops.tidemark ORDER BY source)"); got != "[]" {
		t.Fatalf("nothing is applied, yet the tidemark is %s", got)
	}
}
