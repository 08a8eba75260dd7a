package sink

// work yields the steps of a process's worker, phase by phase.
func (m *Model) work(s *State, i int8, yield func(Step, State)) {
	switch p := &s.Proc[i]; p.Phase {
	case Assigned:
		m.takeOver(s, i, yield)
	case Idle:
		m.idle(s, i, yield)
	case Built:
		m.seal(s, i, yield)
	case Sealed:
		m.send(s, i, yield)
	case Acked:
		m.verify(s, i, yield)
	case Short, Staged, Attach:
		m.mend(s, i, yield)
	case Verified, Noted:
		m.note(s, i, yield)
	}
}

// commits reports whether the broker takes a commit of p.
func (m *Model) commits(s *State, p *Proc) bool {
	return m.off.has(Fence) || p.Generation == s.Generation
}

func (m *Model) stop(s *State, i int8, why Stop, yield func(Step, State)) {
	n := *s
	n.Proc[i].Phase, n.Stop = Stopped, why
	yield(Step{Text: "{p} stops: " + stops[why], Proc: i}, n)
}

// takeOver reads the commit, and a pending range that it holds.
func (m *Model) takeOver(s *State, i int8, yield func(Step, State)) {
	c := &s.Commit
	if c.NoMetadata && !m.off.has(MetadataStop) {
		m.stop(s, i, NoMetadata, yield)
		return
	}
	if why := m.explain(s); why != Runs && !m.off.has(AppliedExplains) {
		m.stop(s, i, why, yield)
		return
	}
	n := *s
	p := &n.Proc[i]
	p.Phase, p.Next, p.High, p.Window = Idle, c.Next, m.high(s), c.Window
	if m.off.has(WindowSealed) {
		p.Window = Window{}
	}
	if !m.off.has(TornAtTakeOver) {
		p.Torn = m.newest(s.Letters, c.Next)
	}
	if !c.Sealed || m.off.has(ExactRange) {
		yield(Step{Text: "{p} reads the commit: go on at {a}", Proc: i, A: c.Next}, n)
		return
	}
	m.cut(s, p, c.Next, c.Last)
	if (p.Rows != c.Rows || p.Dead != c.Dead) && !m.off.has(Fingerprint) {
		m.stop(s, i, Rebuilt, yield)
		return
	}
	p.Phase, p.Again, p.Once = Built, true, true
	yield(Step{Text: "{p} reads the commit and builds the sealed range [{a}, {b}] again", Proc: i, A: c.Next, B: c.Last}, n)
}

// explain compares the commit with what ClickHouse says.
func (m *Model) explain(s *State) Stop {
	c := &s.Commit
	switch {
	case !c.Made && s.Table[raw][0] != 0:
		return NoCommit
	case !c.Made, s.Applied == c.Next, c.Sealed && s.Applied == c.Last+1:
		return Runs
	}
	return AppliedDiffers
}

// high is the high-water version that a new owner begins with.
func (m *Model) high(s *State) (high int8) {
	if !m.off.has(HighWater) {
		return s.Commit.High
	}
	for _, r := range s.Table[raw] { // as if it were asked of raw
		if r != 0 {
			high = max(high, r.version())
		}
	}
	return high
}

// newest are the newest versions per key of a set of offsets, those below one.
func (m *Model) newest(offsets uint16, below int8) (version [4]int8) {
	for o := range below {
		if offsets>>o&1 == 1 {
			r := &m.Topic[o]
			version[r.Key] = max(version[r.Key], r.Version)
		}
	}
	return version
}

// idle cuts a range at any place that the limits may choose, or says done.
func (m *Model) idle(s *State, i int8, yield func(Step, State)) {
	p := &s.Proc[i]
	for last := p.Next; last < min(m.records(), p.Next+m.Batch); last++ {
		if last > p.Next && m.alone(last) {
			break
		}
		n := *s
		m.cut(s, &n.Proc[i], p.Next, last)
		n.Proc[i].Phase, n.Proc[i].Again, n.Proc[i].Once = Built, false, false
		yield(Step{Text: "{p} cuts the range [{a}, {b}] and builds its rows", Proc: i, A: p.Next, B: last}, n)
		if m.alone(last) {
			break
		}
	}
	if !p.Owed {
		return
	}
	n := *s
	if m.commits(s, p) {
		n.Commit = Commit{Made: true, Next: p.Next, High: p.High, Window: p.Window}
		n.Proc[i].Owed = false
		yield(Step{Text: "{p} commits done at {a}", Proc: i, A: p.Next}, n)
		return
	}
	n.leave(i)
	yield(Step{Text: "{p} commits done at {a}: refused, its generation is over; it ends", Proc: i, A: p.Next}, n)
}

// seal commits the range, at first and before every send.
func (m *Model) seal(s *State, i int8, yield func(Step, State)) {
	p := &s.Proc[i]
	n := *s
	q := &n.Proc[i]
	q.Phase = Sealed
	empty := p.Rows == Block{} && p.Dead == 0
	switch {
	case empty && m.off.has(SealEmpty):
		q.Phase = Verified
		yield(Step{Text: "{p} has nothing to insert of [{a}, {b}]", Proc: i, A: p.First, B: p.Last}, n)
		return
	case m.off.has(Seal), m.off.has(Recheck) && p.Once:
		yield(Step{Text: "{p} does not commit its seal of [{a}, {b}]", Proc: i, A: p.First, B: p.Last}, n)
		return
	case !m.commits(s, p):
		n.leave(i)
		yield(Step{Text: "{p} seals [{a}, {b}]: refused, its generation is over; it ends", Proc: i, A: p.First, B: p.Last}, n)
		return
	}
	q.Once, q.Owed = true, false
	n.Commit = Commit{Made: true, Sealed: true, Next: p.First, Last: p.Last, High: p.High, Window: p.Window, Rows: p.Rows, Dead: p.Dead}
	if m.off.has(DoneAfterAck) {
		n.Commit = Commit{Made: true, Next: p.Last + 1, High: p.AfterHigh, Window: p.AfterWindow}
	}
	if m.off.has(AppliedAfterAck) {
		n.Applied = max(n.Applied, p.Last+1)
	}
	yield(Step{Text: "{p} seals [{a}, {b}]", Proc: i, A: p.First, B: p.Last}, n)
}

func (m *Model) send(s *State, i int8, yield func(Step, State)) {
	p := &s.Proc[i]
	n := *s
	if p.Rows == (Block{}) {
		n.Proc[i].Phase = Acked
		yield(Step{Text: "{p} has no rows to insert of [{a}, {b}]", Proc: i, A: p.First, B: p.Last}, n)
		return
	}
	free := n.free()
	if free < 0 {
		return
	}
	n.Insert[free] = Insert{Owner: i, First: p.First, Last: p.Last, Rows: p.Rows}
	n.sortInserts()
	n.Proc[i].Phase = Waiting
	yield(Step{Text: "{p} sends its INSERT of [{a}, {b}]", Proc: i, A: p.First, B: p.Last}, n)
}

// note keeps the dead letters and the deletes without a row, then it notes the range in
// ops.applied; nothing fences either.
func (m *Model) note(s *State, i int8, yield func(Step, State)) {
	n := *s
	p := &n.Proc[i]
	if letters := (p.Phase == Verified) != m.off.has(LettersFirst); letters {
		n.Letters, n.Buried = n.Letters|p.Dead, n.Buried|p.Buried
	} else {
		n.Applied = max(n.Applied, p.Last+1)
	}
	if p.Phase == Verified {
		p.Phase = Noted
		yield(Step{Text: "{p} keeps what [{a}, {b}] left outside raw", Proc: i, A: p.First, B: p.Last}, n)
		return
	}
	m.applied(n, i, yield)
}

// applied leaves the range behind.
func (m *Model) applied(n State, i int8, yield func(Step, State)) {
	p := &n.Proc[i]
	first, last := p.First, p.Last
	*p = Proc{Phase: Idle, Generation: p.Generation, Newer: p.Newer, Owed: true,
		Next: last + 1, High: p.AfterHigh, Window: p.AfterWindow, Torn: p.AfterTorn}
	yield(Step{Text: "{p} writes to ops.applied that [{a}, {b}] is in", Proc: i, A: first, B: last}, n)
}
