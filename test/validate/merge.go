package validate

import (
	"fmt"
	"iter"
	"strings"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/test/journal"
)

// journalCommits gives a table's changes commit by commit. The error comes with the last.
func journalCommits(j *journal.Journal, c *contract.Contract) (next func() (*commit, error, bool), stop func()) {
	return iter.Pull2(func(yield func(*commit, error) bool) {
		var open *commit
		err := j.Read(c, func(ch journal.Change) error {
			if open != nil && open.to != ch.To {
				if !yield(open, nil) {
					return errStopped
				}
				open = nil
			}
			if open == nil {
				open = newCommit(ch.From, ch.To)
			}
			open.apply(&ch)
			return nil
		})
		if err != nil && err != errStopped {
			yield(nil, err)
		} else if err == nil && open != nil {
			yield(open, nil)
		}
	})
}

var errStopped = fmt.Errorf("stopped")

// merge walks through raw and the journal at once, both in commit order.
type merge struct {
	tallies
	c     *contract.Contract
	allow allowance
	next  func() (*commit, error, bool)
	err   error

	want *commit // the journal's, not yet held against raw
	have *commit // raw's, still growing
	// torn are keys of which a dead letter is missing: what raw takes back of them next is
	// older than what the source had.
	torn map[string]bool
}

func (m *merge) advance() {
	if m.err != nil {
		return
	}
	m.want, m.err, _ = m.next()
}

// row takes the next row of raw.
func (m *merge) row(r *rawRow) {
	if m.have != nil && m.have.to != r.commit {
		m.settle()
	}
	if m.have == nil {
		m.have = newCommit(r.commit, r.commit)
	}
	switch r.op {
	case "c", "u", "d":
		m.have.key(compare.Key(m.c, r.image)).add(r.sign, r.image)
	case "t":
		m.have.truncates++
	}
}

// settle holds raw's newest commit against the journal's, after those that raw lacks.
func (m *merge) settle() {
	have := m.have
	m.have = nil
	for m.want != nil && m.want.to < have.to {
		m.missing()
	}
	if len(have.keys) == 0 && have.truncates == 0 {
		return // rows of a snapshot alone
	}
	if m.want == nil || have.to < m.want.from {
		m.unknown(have)
		return
	}
	m.hold(have)
	m.advance()
}

// missing passes over a commit of the journal that raw has no row of.
func (m *merge) missing() {
	m.hold(newCommit(m.want.from, m.want.to))
	m.advance()
}

// unknown is a commit that raw has and the journal has not.
func (m *merge) unknown(have *commit) {
	if have.to < m.allow.since {
		return
	}
	for key := range have.keys {
		m.broken(noExtra, fmt.Sprintf("commit %d, key %s", have.to, show(key)))
	}
	if have.truncates > 0 {
		m.broken(noExtra, fmt.Sprintf("commit %d, %d rows of a truncate", have.to, have.truncates))
	}
}

func (m *merge) finish() {
	if m.have != nil {
		m.settle()
	}
	for m.want != nil && m.err == nil {
		m.missing()
	}
}

// hold compares one commit, key by key.
func (m *merge) hold(have *commit) {
	if m.allow.contained(m.want.to) {
		m.within(have)
		return
	}
	if have.truncates > 0 && m.want.truncates == 0 {
		m.broken(noExtra, fmt.Sprintf("commit %d, %d rows of a truncate", have.to, have.truncates))
	}
	for key, want := range m.want.keys {
		got := have.keys[key]
		if got == nil {
			got = &net{}
		}
		m.compare(key, want, got)
	}
	for key := range have.keys {
		if m.want.keys[key] == nil {
			m.broken(noExtra, fmt.Sprintf("commit %d, key %s", have.to, show(key)))
		}
	}
}

// within compares a commit that a snapshot may contain: it may be there in part, and what
// it takes back is what the snapshot showed.
func (m *merge) within(have *commit) {
	for key, got := range have.keys {
		if want := m.want.keys[key]; want == nil || got.plus > want.plus {
			m.broken(noExtra, fmt.Sprintf("commit %d, key %s", have.to, show(key)))
		}
	}
}

// compare holds one key of a commit. A key of which a dead letter is missing has no
// whole chain, until an image of it has come.
func (m *merge) compare(key string, want, got *net) {
	counts := want.plus == got.plus && want.minus == got.minus
	images := !counts || (want.unknownPlus || want.plusSum == got.plusSum) && (want.unknownMinus || want.minusSum == got.minusSum)
	if counts && images {
		if want.plus > 0 {
			delete(m.torn, key)
		}
		return
	}
	if m.allow.letter(m.want.from, m.want.to) {
		m.torn[key] = got.plus < want.plus
		return
	}
	newest := got.plus == want.plus && (want.unknownPlus || want.plusSum == got.plusSum)
	if newest && got.minus <= want.minus && (m.torn[key] || m.allow.unseen()) {
		m.torn[key] = want.plus == 0
		return
	}
	example := fmt.Sprintf("commit %d..%d, key %s: the source has %d images and %d taken back, raw %d and %d", m.want.from, m.want.to, show(key), want.plus, want.minus, got.plus, got.minus)
	switch {
	case counts:
		m.broken(sameImage, example)
	case got.plus > want.plus || got.minus > want.minus:
		m.broken(noExtra, example)
	default:
		m.broken(noGap, example)
	}
}

// show prints a key.
func show(key string) string { return strings.ReplaceAll(key, "\x01", ", ") }
