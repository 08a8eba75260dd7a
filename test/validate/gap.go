package validate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/test/journal"
)

// Names of the validators that hold raw against the journal.
const (
	noGap     = "every change of the source is in raw at its commit"
	noExtra   = "raw has nothing that the source did not write"
	sameImage = "images in raw are those of the source"
)

// allowance is why a table may differ from its journal.
type allowance struct {
	since   uint64 // the journal knows nothing below
	windows []span // snapshots contain changes instead of showing them
	letters map[uint64]int
}

// span is what lies above one commit up to another.
type span struct{ after, upto uint64 }

// contained reports whether a commit that is in raw at most up to `to` lies in a snapshot.
func (a *allowance) contained(to uint64) bool {
	return slices.ContainsFunc(a.windows, func(w span) bool { return to > w.after && to <= w.upto })
}

// letter takes one dead letter of the commits from..to.
func (a *allowance) letter(from, to uint64) bool {
	for commit, n := range a.letters {
		if n > 0 && commit >= from && commit <= to {
			a.letters[commit]--
			return true
		}
	}
	return false
}

// unseen takes one dead letter of a change that the journal does not show: a row of a
// snapshot, or what was before its time.
func (a *allowance) unseen() bool {
	if a.since > 0 && a.letter(0, a.since-1) {
		return true
	}
	return slices.ContainsFunc(a.windows, func(w span) bool { return a.letter(w.after, w.upto) })
}

// gapsOf holds the table's raw rows against what its source's log says was written,
// commit by commit: per key as many changes, and the same images where the log has them.
// reading is of the table's topic and may be nil: then only rows of snapshots show where
// one stood.
func gapsOf(ctx context.Context, ch compare.ClickHouse, c *contract.Contract, j *journal.Journal, reading *topicReading) ([]Failure, error) {
	m := &merge{c: c, allow: allowance{since: j.Since(c)}, torn: map[string]bool{}}
	m.table = c.Target.String()
	var err error
	if m.allow.letters, err = lettersOf(ctx, ch, c); err != nil {
		return nil, err
	}
	if m.allow.windows, err = windowsOf(ctx, ch, c, reading); err != nil {
		return nil, err
	}
	next, stop := journalCommits(j, c)
	defer stop()
	m.next = next
	m.advance()
	err = readRaw(ctx, ch, c, func(r *rawRow) error { m.row(r); return m.err })
	if err != nil {
		return nil, err
	}
	m.finish()
	return m.failures(), m.err
}

// windowsOf are the table's snapshots.
func windowsOf(ctx context.Context, ch compare.ClickHouse, c *contract.Contract, reading *topicReading) ([]span, error) {
	if reading != nil {
		var out []span
		for _, w := range reading.windows {
			out = append(out, span{w.after.Commit, later(w.upto, w.end).Commit})
		}
		return out, nil
	}
	var first span
	err := ch.Query(ctx, fmt.Sprintf(`SELECT toString(toUInt64(bitAnd(bitShiftRight(min(_version), 48), toUInt128(18446744073709551615)))) FROM %s WHERE _op = 'r'`, raw(c)), func(t []*string) error {
		_, err := fmt.Sscan(*t[0], &first.upto)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("first snapshot of %s: %w", c.Target, err)
	}
	return []span{first}, nil
}

// net is what one commit does to one key, in rows of raw.
type net struct {
	plus, minus       int
	plusSum, minusSum uint64 // of the images' hashes
	unknownPlus       bool   // an image that the log does not have
	unknownMinus      bool
}

func (n *net) add(sign int, image []string) {
	if sign > 0 {
		n.plus++
		n.plusSum += compare.Sum(image)
		n.unknownPlus = n.unknownPlus || image == nil
		return
	}
	n.minus++
	n.minusSum += compare.Sum(image)
	n.unknownMinus = n.unknownMinus || image == nil
}

// commit is what one commit does to the table.
type commit struct {
	from, to  uint64
	keys      map[string]*net
	truncates int
}

func newCommit(from, to uint64) *commit { return &commit{from: from, to: to, keys: map[string]*net{}} }

func (c *commit) key(key []string) *net {
	k := strings.Join(key, "\x01")
	if c.keys[k] == nil {
		c.keys[k] = &net{}
	}
	return c.keys[k]
}

// apply adds a change of the journal as the rows that raw should have of it.
func (c *commit) apply(ch *journal.Change) {
	switch ch.Kind {
	case journal.Insert:
		c.key(ch.Key).add(+1, ch.After)
	case journal.Update:
		old := ch.Key
		if ch.OldKey != nil {
			old = ch.OldKey
		}
		c.key(old).add(-1, ch.Before)
		c.key(ch.Key).add(+1, ch.After)
	case journal.Delete:
		c.key(ch.Key).add(-1, ch.Before)
	case journal.Truncate:
		c.truncates++
	}
}
