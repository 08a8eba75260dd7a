package sink

import "fmt"

// Wrong is explore.System: what must never be, in any state.
func (m *Model) Wrong(s *State) string {
	switch {
	case s.Stop != Runs && !m.justified(s):
		return "it stops without a cause: " + stops[s.Stop]
	case s.Upgraded:
		return m.differ(s)
	}
	for t := range s.Table {
		if wrong := m.compare(s, t); wrong != "" {
			return wrong
		}
	}
	if below := uint16(1)<<s.Applied - 1; m.letters&below&^s.Letters != 0 {
		return fmt.Sprintf("ops.applied says %d, but dead letters below it are not kept", s.Applied)
	}
	if below := uint16(1)<<s.Applied - 1; m.buried&below&^s.Buried != 0 {
		return fmt.Sprintf("ops.applied says %d, but a delete below it that left no row is not kept", s.Applied)
	}
	return ""
}

// justified reports whether somebody outside gave a reason to stop.
func (m *Model) justified(s *State) bool {
	return s.Meddled || s.Upgraded && s.Stop == Rebuilt
}

// compare says what a table holds too much, and what it lacks though ops.applied, and
// with it the tidemark, says that it is in.
func (m *Model) compare(s *State, t int) string {
	have, want := s.Table[t], m.wanted
	i, j := 0, 0
	for i < len(have) && have[i] != 0 {
		switch {
		case j < len(want) && want[j] == have[i]:
			i++
		case j == len(want) || want[j] == 0 || want[j] > have[i]:
			return fmt.Sprintf("%s holds %s, once too often", tableNames[t], have[i])
		default:
			if wrong := m.missing(s, t, want[j]); wrong != "" {
				return wrong
			}
		}
		j++
	}
	for ; j < len(want) && want[j] != 0; j++ {
		if wrong := m.missing(s, t, want[j]); wrong != "" {
			return wrong
		}
	}
	return ""
}

func (m *Model) missing(s *State, t int, r Row) string {
	if r.offset() < s.Applied {
		return fmt.Sprintf("ops.applied says %d, but %s lacks %s", s.Applied, tableNames[t], r)
	}
	return ""
}

// differ is for two programs that read records differently: either is right, but raw and
// its views must agree on everything that is applied.
func (m *Model) differ(s *State) string {
	for t := range s.Table {
		for first := int8(0); first < s.Applied; first++ {
			if a, b := s.Table[raw].of(first), s.Table[t].of(first); a != b {
				return fmt.Sprintf("offset %d is applied, and raw and %s hold different rows of it", first, tableNames[t])
			}
		}
	}
	return ""
}

// of are the rows of one offset.
func (t *Table) of(offset int8) (rows Table) {
	for _, r := range t {
		if r != 0 && r.offset() == offset {
			rows.add(r)
		}
	}
	return rows
}

// End is explore.System: all is applied and committed, or it stopped for a cause.
func (m *Model) End(s *State) bool {
	if s.Stop != Runs {
		return true
	}
	committed := !s.Commit.Sealed && s.Commit.Next == m.records()
	if s.Applied != m.records() || !committed && !s.Meddled {
		return false
	}
	for i := range s.Proc {
		if p := s.Proc[i].Phase; p > Idle && p != Stopped {
			return false
		}
	}
	return true
}
