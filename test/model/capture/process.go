package capture

// run yields the steps of a process.
func (m *Model) run(s *State, i int8, yield func(Step, State)) {
	switch s.Proc[i].Phase {
	case Began:
		m.load(s, i, yield)
	case Loaded:
		m.claim(s, i, yield)
	case Claimed:
		m.open(s, i, yield)
	case Opened:
		m.locate(s, i, yield)
	case Running:
		m.append(s, i, yield)
		m.flush(s, i, yield)
		m.send(s, i, yield)
		m.herald(s, i, yield)
		m.confirm(s, i, yield)
	}
}

func (m *Model) load(s *State, i int8, yield func(Step, State)) {
	n := *s
	n.Proc[i].Phase, n.Proc[i].From = Loaded, s.Newest
	yield(Step{Text: "{p} reads the last watermark: commit {at}", Proc: i, At: n.Proc[i].From.At}, n)
}

// claim writes the last watermark again, which shuts older sessions out, and looks
// whether one came in between.
func (m *Model) claim(s *State, i int8, yield func(Step, State)) {
	n := *s
	p := &n.Proc[i]
	p.Phase = Claimed
	if m.off.has(ClaimBeforeRead) {
		yield(Step{Text: "{p} does not claim the watermarks", Proc: i}, n)
		return
	}
	if m.fenced(p.Epoch, s.MarkEpoch) {
		n.Proc[i] = Proc{}
		yield(Step{Text: "{p} claims the watermarks: refused, a newer session has them; it ends", Proc: i}, n)
		return
	}
	n.MarkEpoch, p.From = max(p.Epoch, s.MarkEpoch), s.Newest
	yield(Step{Text: "{p} claims the watermarks and reads the last again: commit {at}", Proc: i, At: p.From.At}, n)
}

// open reads the ends of the partitions, which are true for the last watermark as well.
func (m *Model) open(s *State, i int8, yield func(Step, State)) {
	n := *s
	p := &n.Proc[i]
	p.Phase, p.Fresh = Opened, true
	for part := range m.width() {
		e := s.Part[part].Log.len()
		p.Fresh = p.Fresh && e == 0
		if !m.off.has(CarryForward) {
			p.Next[part], p.End[part] = e, e
		}
	}
	yield(Step{Text: "{p} opens the topic", Proc: i}, n)
}

// locate finds where to begin; what the slot has passed does not come again.
func (m *Model) locate(s *State, i int8, yield func(Step, State)) {
	n := *s
	p := &n.Proc[i]
	if s.Epoch > p.Epoch && !m.off.has(LookUnderLease) {
		*p = Proc{}
		yield(Step{Text: "{p} looks at the slot over the connection of its lease, which is gone; it ends", Proc: i}, n)
		return
	}
	if s.Slot < 0 {
		n.Slot = m.Slot
	}
	if p.From.Made && n.Slot > p.From.At && !m.off.has(SlotNotAhead) {
		p.Phase, n.Stop = Stopped, true
		yield(Step{Text: "{p} stops: the slot is confirmed up to {at}", Proc: i, At: n.Slot}, n)
		return
	}
	p.Phase, p.At, p.Done, p.Signal, p.Last = Running, max(p.From.At, n.Slot), p.From.Done, p.From.Signal, p.From
	if m.off.has(ResumeAtCheckpoint) {
		p.At = m.last() // where the source is now
	}
	p.Confirmed = p.From.At
	p.Pending = !p.Done
	if s.Asked && !p.Signal {
		p.Pending, p.Done = true, p.Done && m.off.has(PendingInCheckpoint)
		p.Signal = true
	}
	if !p.Pending {
		yield(Step{Text: "{p} reads the slot from commit {at} on", Proc: i, At: p.At}, n)
		return
	}
	m.snapshots(&n, i, s.Slot < 0, yield)
}

// snapshots yields each position at which the snapshot may be read: that of the new slot,
// or any later one of a slot of its own.
func (m *Model) snapshots(s *State, i int8, exported bool, yield func(Step, State)) {
	for at := s.Proc[i].At; at <= m.last(); at++ {
		n := *s
		n.Proc[i].S = at
		yield(Step{Text: "{p} reads a snapshot that holds the commits up to {at}", Proc: i, At: at}, n)
		if exported {
			return
		}
	}
}

// append reads on and appends one record, of a commit or of the snapshot.
func (m *Model) append(s *State, i int8, yield func(Step, State)) {
	p := &s.Proc[i]
	if s.Asked && !p.Signal && !p.Pending && p.Sent == [parts]int8{} { // it closes its session first
		n := *s
		n.Proc[i] = Proc{}
		yield(Step{Text: "{p} sees the signal and begins anew", Proc: i}, n)
	}
	here := p.At == p.S && p.Mid == 0
	if m.off.has(SnapshotInOrder) {
		here = p.At >= p.S && p.Mid == 0
	}
	if p.Pending && (here || p.Placed > 0) {
		m.place(s, i, yield)
		if p.Placed > 0 || !m.off.has(SnapshotInOrder) {
			return
		}
	}
	if p.At < m.last() {
		m.change(s, i, yield)
	}
}

// place appends the snapshot's next record.
func (m *Model) place(s *State, i int8, yield func(Step, State)) {
	n := *s
	p := &n.Proc[i]
	p.Placed++
	step := Step{Proc: i, At: p.S}
	switch p.Placed {
	case 1:
		kind := begin
		if p.Fresh {
			kind = initial
		}
		for part := range m.width() {
			p.Queue[part].add(kind + Item(p.S))
		}
		if m.off.has(SnapshotDoneAtEnd) {
			p.Done = true
		}
		step.Text = "{p} appends the begin of the snapshot at {at}"
	case int8(m.width()) + 2:
		for part := range m.width() {
			p.Queue[part].add(end + Item(p.S))
		}
		p.Pending, p.Placed, p.Done = false, 0, true
		step.Text = "{p} appends the end of the snapshot at {at}"
	default:
		step.Part, step.Text = int(p.Placed)-2, "{p} appends the snapshot's row of {part}"
		if m.value(step.Part, p.S) != 0 {
			p.Queue[step.Part].add(rowItem + Item(p.S))
		}
	}
	yield(step, n)
}

// change appends the next record of the next commit.
func (m *Model) change(s *State, i int8, yield func(Step, State)) {
	n := *s
	p := &n.Proc[i]
	c := p.At + 1
	if p.Pending && c <= p.S && !m.off.has(SnapshotContains) {
		p.At++
		yield(Step{Text: "{p} passes over commit {at}, which the snapshot holds", Proc: i, At: c}, n)
		return
	}
	for part := int(p.Mid); part < m.width(); part++ {
		if p.Mid++; m.Commits[c-1][part] != Nothing {
			p.Queue[part].add(change + Item(c))
			break
		}
	}
	for int(p.Mid) < m.width() && m.Commits[c-1][p.Mid] == Nothing {
		p.Mid++
	}
	text := "{p} appends a change of commit {at}"
	if int(p.Mid) == m.width() {
		p.At, p.Mid = c, 0
		text = "{p} appends the last change of commit {at}"
	}
	yield(Step{Text: text, Proc: i, At: c}, n)
}
