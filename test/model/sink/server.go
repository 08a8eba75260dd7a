package sink

// serve yields what the server may do with an insert: bring it to raw, then to one view
// after the other, and answer; or fail.
func (m *Model) serve(s *State, k int, yield func(Step, State)) {
	in := &s.Insert[k]
	if in.Step == tables {
		m.answer(s, k, yield)
		return
	}
	m.fill(s, k, yield)
	m.fail(s, k, yield)
	m.kill(s, k, yield)
}

// token is a range's bit in the server's memory.
func token(first, last int8) uint64 { return 1 << (first*8 + last) }

// fill takes the insert's next table, unless that has seen the token.
func (m *Model) fill(s *State, k int, yield func(Step, State)) {
	in := &s.Insert[k]
	n := *s
	t := in.Step
	bit := token(in.First, in.Last)
	views := t > 0 && m.off.has(TokenInViews) // views without a memory of their own
	n.Insert[k].Step++
	step := Step{Text: "the server, for {p}: [{a}, {b}] comes into " + tableNames[t], Proc: in.Owner, A: in.First, B: in.Last}
	switch {
	case s.Tokens[t]&bit != 0 && !m.off.has(Token):
		step.Text = "the server, for {p}: the token of [{a}, {b}] is known, nothing comes into " + tableNames[t]
		if t == raw && m.off.has(TokenInViews) {
			n.Insert[k].Step = tables
		}
	default:
		n.Table[t].addBlock(&in.Rows)
		if !views {
			n.Tokens[t] |= bit
		}
	}
	n.sortInserts()
	yield(step, n)
}

// fail is an error before the next table (memory, a view that throws), or a connection
// that breaks while the query goes on.
func (m *Model) fail(s *State, k int, yield func(Step, State)) {
	in := &s.Insert[k]
	if in.Owner >= 0 && s.Used.Faults >= m.May.Faults {
		return
	}
	n := *s
	n.remove(k)
	if in.Owner < 0 {
		yield(Step{Text: "the server gives up {p} of [{a}, {b}]", Proc: -1, A: in.First, B: in.Last}, n)
		return
	}
	n.Used.Faults++
	if in.Step > 0 && m.off.has(ViewsFailInsert) {
		acked := n
		acked.Proc[in.Owner].Phase = Acked
		yield(Step{Text: "a view fails for {p}, and the insert of [{a}, {b}] succeeds", Proc: in.Owner, A: in.First, B: in.Last}, acked)
	}
	m.again(&n, in.Owner)
	yield(Step{Text: "the insert of [{a}, {b}] fails for {p} before " + tableNames[in.Step], Proc: in.Owner, A: in.First, B: in.Last}, n)
	broken := *s
	broken.Used.Faults++
	broken.Insert[k].Owner = -1
	broken.sortInserts()
	m.again(&broken, in.Owner)
	yield(Step{Text: "the connection of {p} breaks, its insert of [{a}, {b}] goes on", Proc: in.Owner, A: in.First, B: in.Last}, broken)
}

// again has a worker try its range once more.
func (m *Model) again(s *State, i int8) {
	p := &s.Proc[i]
	p.Phase, p.Again = Built, true
	if m.off.has(SameBatch) {
		*p = Proc{Phase: Idle, Generation: p.Generation, Newer: p.Newer, Next: p.First, High: p.High, Window: p.Window, Torn: p.Torn}
	}
}

// kill is a kill -9 of the server at the worst moment: the token of the next table is
// written down, the part is not. All connections break.
func (m *Model) kill(s *State, k int, yield func(Step, State)) {
	in := &s.Insert[k]
	bit := token(in.First, in.Last)
	if s.Used.Kills >= m.May.Kills || m.off.has(Token) || s.Tokens[in.Step]&bit != 0 {
		return
	}
	n := *s
	n.Used.Kills++
	n.Tokens[in.Step] |= bit
	for j := range n.Insert {
		if o := n.Insert[j].Owner; n.Insert[j].Step >= 0 && o >= 0 {
			m.again(&n, o)
		}
		n.Insert[j] = Insert{Step: -1}
	}
	n.disconnect()
	yield(Step{Text: "the server is killed: it keeps the token of [{a}, {b}] and loses its part in " + tableNames[in.Step], A: in.First, B: in.Last}, n)
}

func (m *Model) answer(s *State, k int, yield func(Step, State)) {
	in := &s.Insert[k]
	n := *s
	n.remove(k)
	if in.Owner < 0 {
		yield(Step{Text: "the server ends {p} of [{a}, {b}]", Proc: -1, A: in.First, B: in.Last}, n)
		return
	}
	acked := n
	acked.Proc[in.Owner].Phase = Acked
	yield(Step{Text: "the server acknowledges [{a}, {b}] to {p}", Proc: in.Owner, A: in.First, B: in.Last}, acked)
	if s.Used.Faults < m.May.Faults {
		n.Used.Faults++
		m.again(&n, in.Owner)
		yield(Step{Text: "the acknowledgement of [{a}, {b}] to {p} is lost", Proc: in.Owner, A: in.First, B: in.Last}, n)
	}
}

func (s *State) free() int {
	for k := range s.Insert {
		if s.Insert[k].Step < 0 {
			return k
		}
	}
	return -1
}

func (s *State) remove(k int) {
	s.Insert[k] = Insert{Step: -1}
	s.sortInserts()
}

// sortInserts keeps equal states equal.
func (s *State) sortInserts() {
	a, b := &s.Insert[0], &s.Insert[1]
	if b.Step > a.Step || b.Step == a.Step && (b.First > a.First || b.First == a.First && (b.Last > a.Last || b.Last == a.Last && b.Owner > a.Owner)) {
		*a, *b = *b, *a
	}
}
