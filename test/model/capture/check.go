package capture

import "fmt"

// Wrong is explore.System: what must never be, in any state.
func (m *Model) Wrong(s *State) string {
	if s.Stop && !s.Robbed {
		return "it stops without a cause: the slot is confirmed beyond the last watermark"
	}
	for part := range m.width() {
		log := &s.Part[part].Log
		if f := m.read(log, part, log.len()); f.wrong != "" {
			return f.wrong
		}
		if wrong := m.ahead(log, part, &s.Ahead); wrong != "" {
			return wrong
		}
		if wrong := m.forgotten(s, log, part); wrong != "" {
			return wrong
		}
	}
	return ""
}

// ahead says what a watermark claims too much: at its position every commit up to it must
// lie below its offset.
func (m *Model) ahead(log *Items, part int, w *Mark) string {
	if !w.Made {
		return ""
	}
	f := m.read(log, part, min(w.Next[part], log.len()))
	what := fmt.Sprintf("the watermark at commit %d (offset %d in partition %d)", w.At, w.Next[part], part)
	if w.Complete && m.Snapshot && !f.ended {
		return what + " is complete, but the snapshot is not below it"
	}
	if w.Complete && 2*m.touched(part, w.At) > f.covers() {
		return fmt.Sprintf("%s is complete, but commit %d is not below it", what, m.touched(part, w.At))
	}
	return ""
}

// forgotten says what the source has let go of though it was never published.
func (m *Model) forgotten(s *State, log *Items, part int) string {
	if s.Robbed || !s.Newest.Done {
		return ""
	}
	f := m.read(log, part, log.len())
	if c := m.touched(part, s.Slot); s.Slot > 0 && 2*c > f.covers() {
		return fmt.Sprintf("the slot is confirmed up to commit %d, but commit %d is not in partition %d", s.Slot, c, part)
	}
	return ""
}

// End is explore.System: everything is published, said and confirmed, and the next start
// would not carry the operator's signal out again.
func (m *Model) End(s *State) bool {
	if s.Stop {
		return true
	}
	w := s.Newest
	if w.At != m.last() || !w.Complete || m.Signal != w.Signal {
		return false
	}
	for part := range m.width() {
		f := m.read(&s.Part[part].Log, part, s.Part[part].Log.len())
		want := m.value(part, m.last())
		if f.open || m.Signal && !f.ended || want == 0 && f.held != 0 || want != 0 && (f.held != 1 || f.value != want) {
			return false
		}
	}
	return true
}
