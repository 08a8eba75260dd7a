package capture

// flush starts the barrier of the last commit boundary over all that is appended.
func (m *Model) flush(s *State, i int8, yield func(Step, State)) {
	p := &s.Proc[i]
	mark := Mark{Made: true, At: p.At, Done: p.Done, Signal: p.Signal && !m.off.has(SignalInCheckpoint), Complete: p.Done && !p.Pending}
	if m.off.has(CommitBoundary) && p.Mid > 0 {
		mark.At++
	}
	if m.off.has(CompleteAfterSnapshot) {
		mark.Complete = true
	}
	last := p.Last
	last.Next = mark.Next
	if p.Barrier.On || mark == last {
		return
	}
	n := *s
	q := &n.Proc[i]
	q.Barrier = Barrier{On: true, Mark: mark}
	q.Last = mark
	for part := range m.width() {
		if p.Queue[part].len() == 0 {
			q.Next[part] = max(q.Next[part], q.End[part])
		} else if !m.off.has(WatermarkAfterAck) {
			q.Barrier.Need[part] = p.Queue[part].len()
		}
	}
	yield(Step{Text: "{p} flushes up to commit {at}", Proc: i, At: mark.At}, n)
}

// send puts what is queued on its way.
func (m *Model) send(s *State, i int8, yield func(Step, State)) {
	p := &s.Proc[i]
	for part := range m.width() {
		ready := p.Queue[part].len() - p.Sent[part]
		slot := 0
		if p.Sent[part] > 0 {
			slot = 1
		}
		if ready == 0 || slot == 1 && (!m.off.has(OneInFlight) || s.Wire[i][part][1].Way != NoRequest) {
			continue
		}
		n := *s
		rest := p.Queue[part]
		rest.drop(p.Sent[part])
		n.Proc[i].Sent[part] += ready
		n.Wire[i][part][slot] = Request{Way: ToBroker, Epoch: p.Epoch, Seq: p.Seq[part] + p.Sent[part], Batch: rest}
		yield(Step{Text: "{p} sends to {part}: {items}", Proc: i, Part: part, Batch: rest}, n)
	}
}

// herald writes the watermark of a barrier that is resolved; one of an older session is
// refused.
func (m *Model) herald(s *State, i int8, yield func(Step, State)) {
	p := &s.Proc[i]
	if !p.Barrier.On || p.Barrier.Need != [parts]int8{} {
		return
	}
	n := *s
	if m.fenced(p.Epoch, s.MarkEpoch) {
		n.Proc[i] = Proc{}
		yield(Step{Text: "{p} writes a watermark: refused, a newer session has them; it ends", Proc: i}, n)
		return
	}
	mark := p.Barrier.Mark
	mark.Next = p.Next
	n.MarkEpoch = max(s.MarkEpoch, p.Epoch)
	n.mark(m, mark)
	n.Proc[i].Barrier = Barrier{}
	n.Proc[i].Confirmed = mark.At
	yield(Step{Text: "{p} writes the watermark of commit {at}", Proc: i, At: mark.At}, n)
}

// confirm tells the server what it may forget. Nothing fences it.
func (m *Model) confirm(s *State, i int8, yield func(Step, State)) {
	p := &s.Proc[i]
	at := p.Confirmed
	if b := &p.Barrier; m.off.has(ConfirmAfterWatermark) && b.On {
		at = b.Mark.At
	}
	if at <= s.Slot {
		return
	}
	n := *s
	n.Slot = at
	yield(Step{Text: "{p} confirms the slot up to commit {at}", Proc: i, At: at}, n)
}
