package sink

// verify counts raw's rows of a range that was sent more than once, or was pending: the
// server may have been killed between, and remember a token whose part it lost.
func (m *Model) verify(s *State, i int8, yield func(Step, State)) {
	p := &s.Proc[i]
	n := *s
	if !p.Again || m.off.has(VerifyPart) {
		n.Proc[i].Phase = Verified
		yield(Step{Text: "{p} knows that [{a}, {b}] is in", Proc: i, A: p.First, B: p.Last}, n)
		return
	}
	if !m.off.has(StagingDropped) {
		n.Staging = [2]Staging{}
	}
	have, want := s.Table[raw].count(p.First, p.Last), p.Rows.len()
	if have > want {
		m.stop(s, i, Doubled, yield)
		return
	}
	n.Proc[i].Phase = Verified
	if have < want || m.short(s, p) {
		n.Proc[i].Phase = Short
	}
	yield(Step{Text: "{p} counts the rows of [{a}, {b}]", Proc: i, A: p.First, B: p.Last}, n)
}

// short reports whether a view's target lacks rows of the range.
func (m *Model) short(s *State, p *Proc) bool {
	if m.off.has(VerifyTargets) {
		return false
	}
	return s.Table[current].count(p.First, p.Last) < p.Rows.len() || s.Table[aggregate].count(p.First, p.Last) < p.Rows.len()
}

// mend puts the rows back: into a staging table, which no view reads, and with its part
// into raw; then each target is set to what raw says.
func (m *Model) mend(s *State, i int8, yield func(Step, State)) {
	p := &s.Proc[i]
	n := *s
	q := &n.Proc[i]
	switch p.Phase {
	case Short:
		q.Phase, n.Staging[i] = Staged, StagedTargets
		if s.Table[raw].count(p.First, p.Last) < p.Rows.len() {
			n.Staging[i] = StagedRows
		}
		yield(Step{Text: "{p} fills its staging table with [{a}, {b}]", Proc: i, A: p.First, B: p.Last}, n)
	case Staged:
		q.Phase = Attach
		if m.off.has(RecheckAttach) {
			yield(Step{Text: "{p} does not commit its seal before it attaches [{a}, {b}]", Proc: i, A: p.First, B: p.Last}, n)
			return
		}
		if !m.commits(s, p) {
			n.leave(i)
			yield(Step{Text: "{p} seals [{a}, {b}] before it attaches: refused; it ends", Proc: i, A: p.First, B: p.Last}, n)
			return
		}
		n.Commit = Commit{Made: true, Sealed: true, Next: p.First, Last: p.Last, High: p.High, Window: p.Window, Rows: p.Rows, Dead: p.Dead}
		yield(Step{Text: "{p} seals [{a}, {b}] again before it attaches", Proc: i, A: p.First, B: p.Last}, n)
	case Attach:
		m.attach(s, i, yield)
	}
}

func (m *Model) attach(s *State, i int8, yield func(Step, State)) {
	p := &s.Proc[i]
	n := *s
	if s.Staging[i] == NoStaging {
		n.Proc[i].Phase = Built
		yield(Step{Text: "{p} attaches [{a}, {b}]: its staging table is gone", Proc: i, A: p.First, B: p.Last}, n)
		return
	}
	if s.Staging[i] == StagedRows {
		n.Table[raw].addBlock(&p.Rows)
	}
	n.Staging[i] = NoStaging
	if !m.off.has(VerifyTargets) {
		for t := current; t < tables; t++ {
			n.Table[t].drop(p.First, p.Last)
			n.Table[t].addBlock(&p.Rows)
		}
	}
	n.Proc[i].Phase = Verified
	yield(Step{Text: "{p} attaches [{a}, {b}] and sets the targets", Proc: i, A: p.First, B: p.Last}, n)
}
