package capture

import (
	"fmt"
	"strings"
)

// Model is a scenario under a set of rules.
type Model struct {
	Scenario
	off Off
}

// New makes the model of a scenario with some rules switched off.
func New(s Scenario, off Off) *Model { return &Model{Scenario: s, off: off} }

// Step is one step; its text is put together only for a trace.
type Step struct {
	Text  string // {p} is a process, {part} a partition, {at} a number
	Proc  int8
	Part  int
	At    int8
	Batch Batch
}

func (s Step) String() string {
	var items []string
	for _, i := range s.Batch[:s.Batch.len()] {
		items = append(items, i.String())
	}
	return strings.NewReplacer("{p}", "capture "+string(rune('A'+s.Proc)), "{part}", fmt.Sprintf("partition %d", s.Part),
		"{at}", fmt.Sprint(s.At), "{items}", strings.Join(items, ", ")).Replace(s.Text)
}

// Start is explore.System.
func (m *Model) Start() State {
	s := State{Slot: -1}
	if !m.Snapshot {
		s.Slot = m.Before
		s.Newest = Mark{Made: true, At: m.Before, Complete: true, Done: true}
	}
	for c := int8(1); c <= m.Before; c++ {
		for part := range m.width() {
			if m.Commits[c-1][part] != Nothing {
				s.Part[part].Log.add(change + Item(c))
			}
		}
	}
	return s
}

// Next is explore.System.
func (m *Model) Next(s *State, yield func(Step, State)) {
	if s.Stop {
		return
	}
	for i := range s.Proc {
		p := &s.Proc[i]
		if p.Phase == Down {
			m.start(s, int8(i), yield)
			continue
		}
		if s.Used.Crashes < m.May.Crashes {
			n := *s
			n.Used.Crashes++
			n.Proc[i] = Proc{}
			yield(Step{Text: "{p} is killed", Proc: int8(i)}, n)
		}
		m.run(s, int8(i), yield)
	}
	if m.Signal && !s.Asked {
		n := *s
		n.Asked = true
		yield(Step{Text: "an operator asks for the table again"}, n)
	}
	for i := range s.Wire {
		for part := range m.width() {
			m.deliver(s, int8(i), part, yield)
		}
	}
	if s.Used.Strangers < m.May.Strangers && s.Slot >= 0 && s.Slot < m.last() {
		n := *s
		n.Used.Strangers++
		n.Slot, n.Robbed = m.last(), true
		yield(Step{Text: "a stranger reads the slot and confirms {at}", At: n.Slot}, n)
	}
}

// start is always possible while no process runs, else it is a standby's mistake.
func (m *Model) start(s *State, i int8, yield func(Step, State)) {
	n := *s
	if s.Proc[1-i].Phase != Down {
		if s.Used.Starts >= m.May.Starts {
			return
		}
		n.Used.Starts++
	} else if i != s.Epoch%2 { // by turns: so the last one's requests stay on their way
		return
	}
	n.Epoch++
	n.Proc[i] = Proc{Phase: Began, Epoch: n.Epoch}
	yield(Step{Text: "{p} starts and begins a producer session with epoch {at}", Proc: i, At: n.Epoch}, n)
}

// fenced reports whether the broker refuses an epoch.
func (m *Model) fenced(epoch, least int8) bool { return epoch < least && !m.off.has(EpochFence) }
