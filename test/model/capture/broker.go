package capture

// deliver yields what may become of the requests of a process to a partition: the broker
// takes them in, answers, and either may be lost. They outlive their process.
func (m *Model) deliver(s *State, i int8, part int, yield func(Step, State)) {
	for slot := range s.Wire[i][part] {
		r := &s.Wire[i][part][slot]
		switch r.Way {
		case NoRequest:
			continue
		case ToBroker:
			m.take(s, i, part, slot, yield)
		default:
			m.answer(s, i, part, slot, yield)
		}
		if s.Used.Lost < m.May.Lost && m.waits(s, i, part, r) {
			m.again(s, i, part, slot, yield)
		}
	}
}

// waits reports whether the process that sent the request still waits for its answer.
func (m *Model) waits(s *State, i int8, part int, r *Request) bool {
	p := &s.Proc[i]
	return p.Phase == Running && p.Epoch == r.Epoch && p.Sent[part] > 0
}

// again is a connection that breaks: the request is sent once more, the same bytes.
func (m *Model) again(s *State, i int8, part, slot int, yield func(Step, State)) {
	n := *s
	n.Used.Lost++
	r := &n.Wire[i][part][slot]
	r.Way, r.Base = ToBroker, 0
	if p := &n.Proc[i]; m.off.has(SameBytes) {
		r.Batch = p.Queue[part]
		p.Sent[part] = r.Batch.len()
	}
	yield(Step{Text: "the connection of {p} breaks; it sends to {part} again: {items}", Proc: i, Part: part, Batch: r.Batch}, n)
}

// take is the broker's: it looks at the epoch, then at the number.
func (m *Model) take(s *State, i int8, part, slot int, yield func(Step, State)) {
	n := *s
	r, p := &n.Wire[i][part][slot], &n.Part[part]
	count := r.Batch.len()
	step := Step{Proc: i, Part: part, Batch: r.Batch}
	way := m.judge(p, r)
	switch way {
	case ToBroker: // out of order: refused, and tried again
		return
	case Fenced:
		step.Text = "the broker refuses {items} of {p} at {part}: a newer session writes there"
	case Duplicate:
		step.Text = "the broker knows {items} of {p} at {part}"
	case Taken:
		r.Base = p.Log.len()
		for _, item := range r.Batch[:count] {
			p.Log.add(item)
		}
		p.Epoch, p.Seq = r.Epoch, r.Seq+count
		step.Text = "the broker writes {items} of {p} to {part}"
	}
	if r.Way = way; !m.waits(s, i, part, r) {
		*r = Request{} // nobody hears the answer
	}
	yield(step, n)
}

// judge is what the broker does with a request.
func (m *Model) judge(p *Part, r *Request) Way {
	known := p.Epoch == r.Epoch
	switch {
	case m.off.has(Idempotent):
		return Taken
	case m.fenced(r.Epoch, p.Epoch):
		return Fenced
	case known && r.Seq+r.Batch.len() <= p.Seq:
		return Duplicate
	case known && r.Seq != p.Seq, !known && p.Epoch > 0 && r.Seq != 0 && !m.off.has(EpochFence):
		return ToBroker
	}
	return Taken
}

// answer brings the broker's word back.
func (m *Model) answer(s *State, i int8, part, slot int, yield func(Step, State)) {
	n := *s
	r := n.Wire[i][part][slot]
	n.Wire[i][part][slot] = Request{}
	step := Step{Proc: i, Part: part, Batch: r.Batch}
	if !m.waits(s, i, part, &r) { // its process is gone since
		step.Text = "the answer to {items} of {p} at {part} finds nobody"
		yield(step, n)
		return
	}
	if r.Way == Fenced {
		n.Proc[i] = Proc{}
		step.Text = "{p} hears that a newer session writes to {part}, and ends"
		yield(step, n)
		return
	}
	count := r.Batch.len()
	if r.Way == Duplicate { // nothing of this session follows it
		r.Base = s.Part[part].Log.len() - count
	}
	p := &n.Proc[i]
	p.Queue[part].drop(count)
	p.Sent[part] -= count
	p.Seq[part] += count
	p.End[part] = r.Base + count
	if need := min(p.Barrier.Need[part], count); need > 0 {
		p.Barrier.Need[part] -= need
		p.Next[part] = max(p.Next[part], r.Base+need)
	}
	step.Text = "{p} hears that {items} stand in {part}"
	yield(step, n)
}
