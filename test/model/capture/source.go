package capture

// parts is the most partitions that a scenario has.
const parts = 2

// Touch is what a commit does to a key.
type Touch int8

// What it may do.
const (
	Nothing Touch = iota
	Puts
	Deletes
)

// Commit is what one commit does to each partition's key.
type Commit [parts]Touch

// Scenario is a small case.
type Scenario struct {
	Name string
	// Commits of the source, numbered from 1.
	Commits []Commit
	// Before is the last of them that was captured before it begins.
	Before int8
	// Snapshot: the table was never captured; the slot is made after commit Slot.
	Snapshot bool
	Slot     int8
	// Narrow: one partition is enough to show it.
	Narrow bool
	// Signal: an operator asks for the table again.
	Signal bool
	May    Budget
}

// Budget counts what may happen only so often.
type Budget struct {
	// Crashes of a process, Starts of one while the other works, Lost requests or answers,
	// Strangers who read the slot.
	Crashes, Starts, Lost, Strangers int8
}

// width is the number of partitions.
func (s *Scenario) width() int {
	if s.Narrow {
		return 1
	}
	return parts
}

func (s *Scenario) last() int8 { return int8(len(s.Commits)) }

// touched is the last commit up to at that touched the partition's key; 0 for none.
func (s *Scenario) touched(part int, at int8) int8 {
	for c := at; c > 0; c-- {
		if s.Commits[c-1][part] != Nothing {
			return c
		}
	}
	return 0
}

// value is the key's as of a commit; 0 where it does not exist.
func (s *Scenario) value(part int, at int8) int8 {
	c := s.touched(part, at)
	if c > 0 && s.Commits[c-1][part] == Deletes {
		return 0
	}
	return c
}
