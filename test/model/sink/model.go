package sink

import (
	"strconv"
	"strings"
)

// Step is one step; its text is put together only for a trace.
type Step struct {
	Text string // {p} is a process, {a} and {b} numbers
	Proc int8
	A, B int8
}

func (s Step) String() string {
	who := "a query that nobody waits for"
	if s.Proc >= 0 {
		who = "sink " + string(rune('A'+s.Proc))
	}
	return strings.NewReplacer("{p}", who, "{a}", strconv.Itoa(int(s.A)), "{b}", strconv.Itoa(int(s.B))).Replace(s.Text)
}

// Start is explore.System: the group has just formed and A owns the partition.
func (m *Model) Start() State {
	s := State{Generation: 1}
	s.Proc[0] = Proc{Phase: Assigned, Generation: 1}
	s.Insert[0].Step, s.Insert[1].Step = -1, -1
	return s
}

// Next is explore.System.
func (m *Model) Next(s *State, yield func(Step, State)) {
	if s.Stop != Runs {
		return
	}
	for i := range s.Proc {
		m.work(s, int8(i), yield)
		m.crash(s, int8(i), yield)
	}
	m.rebalance(s, yield)
	for i := range s.Insert {
		if s.Insert[i].Step >= 0 {
			m.serve(s, i, yield)
		}
	}
	m.flood(s, yield)
	m.meddle(s, yield)
}

// crash is a kill -9 of a process.
func (m *Model) crash(s *State, i int8, yield func(Step, State)) {
	if s.Proc[i].Phase == Out || s.Used.Crashes >= m.May.Crashes {
		return
	}
	n := *s
	n.Used.Crashes++
	n.leave(i)
	if m.Upgrades {
		n.Proc[i].Newer, n.Upgraded = true, true
	}
	yield(Step{Text: "{p} is killed", Proc: i}, n)
}

// rebalance gives the partition away. Nothing else ends a stuck state, so it is always
// possible while nobody works on it.
func (m *Model) rebalance(s *State, yield func(Step, State)) {
	p := &s.Proc[s.Owner]
	held := p.Generation == s.Generation && p.Phase != Out
	if held && s.Used.Moves >= m.May.Moves {
		return
	}
	for i := range s.Proc {
		n := *s
		if held {
			n.Used.Moves++
		}
		n.leave(int8(i)) // its old worker has ended before the process joins again
		n.Generation++
		n.Owner = int8(i)
		n.Proc[i].Phase, n.Proc[i].Generation = Assigned, n.Generation
		yield(Step{Text: "the group forms anew: generation {a}, {p} owns the partition", Proc: int8(i), A: n.Generation}, n)
	}
}

// leave ends a process's worker; a query of it that runs in the server goes on.
func (s *State) leave(i int8) {
	s.Proc[i] = Proc{Newer: s.Proc[i].Newer}
	for k := range s.Insert {
		if s.Insert[k].Step >= 0 && s.Insert[k].Owner == i {
			s.Insert[k].Owner = -1
		}
	}
	s.sortInserts()
}

// flood lets the other partitions' inserts push all tokens out of the server's memory.
func (m *Model) flood(s *State, yield func(Step, State)) {
	busy := s.Insert[0].Step >= 0 || s.Insert[1].Step >= 0
	if s.Used.Floods >= m.May.Floods || busy || s.Tokens == [tables]uint64{} {
		return
	}
	if s.Commit.Sealed && !m.off.has(StallGuard) {
		return
	}
	n := *s
	n.Used.Floods++
	n.Tokens = [tables]uint64{}
	if !m.off.has(IdleClose) {
		n.disconnect()
	}
	yield(Step{Text: "other partitions insert so much that the server forgets all tokens"}, n)
}

// disconnect closes the workers' connections: what is about to be sent fails.
func (s *State) disconnect() {
	for i := range s.Proc {
		switch p := &s.Proc[i]; p.Phase {
		case Sealed, Waiting:
			p.Phase = Built
		case Attach:
			p.Phase = Staged
		}
	}
}

// meddle is what an operator's tools do to the group's commits.
func (m *Model) meddle(s *State, yield func(Step, State)) {
	if s.Used.Meddling >= m.May.Meddling || !s.Commit.Made {
		return
	}
	n := *s
	n.Used.Meddling++
	n.Meddled = true
	if s.Commit.Sealed {
		lost := n
		lost.Commit = Commit{Made: true, NoMetadata: true, Next: s.Commit.Next}
		yield(Step{Text: "a tool writes the group's offset {a} anew, without metadata", A: s.Commit.Next}, lost)
	}
	if s.Commit.Next > 0 {
		n.Commit = Commit{Made: true}
		yield(Step{Text: "the group's commits are restored from before the first batch"}, n)
	}
}
