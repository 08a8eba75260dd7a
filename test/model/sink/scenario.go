package sink

// Scenario is a small case: what stands in the topic and what may happen.
type Scenario struct {
	Name  string
	Topic []Record
	// Truth is what the source holds at the end: a value per key, 0 for none.
	Truth [4]int8
	// Batch is the most records of a range.
	Batch int8
	May   Budget
	// Upgrades: a process that crashed comes back as a newer program.
	Upgrades bool
}

// Model is a scenario under a set of rules.
type Model struct {
	Scenario
	off     Off
	wanted  Table
	letters uint16
	buried  uint16
}

// New makes the model of a scenario with some rules switched off.
func New(s Scenario, off Off) *Model {
	m := &Model{Scenario: s, off: off}
	f := m.apply()
	m.wanted, m.letters, m.buried = *f.raw, f.dead, f.buried
	return m
}

// apply is what must come out: every record in a range of its own, with all rules and
// nothing in its way. TestScenarios holds it against Truth.
func (s *Scenario) apply() *fold {
	all, f := Table{}, &fold{}
	for i := range s.Topic {
		f.raw, f.first, f.rows, f.held = &all, int8(i), Block{}, [4]bool{}
		f.take(int8(i), &s.Topic[i])
		all.addBlock(&f.rows)
	}
	return f
}

func (m *Model) records() int8 { return int8(len(m.Topic)) }

// cut folds the range [first, last] over what the process knows to be below it.
func (m *Model) cut(s *State, p *Proc, first, last int8) {
	f := fold{off: m.off, raw: &s.Table[raw], first: first, newer: p.Newer, high: p.High, window: p.Window, torn: p.Torn,
		without: m.newest(s.Buried, first)}
	for o := first; o <= last; o++ {
		f.take(o, &m.Topic[o])
	}
	p.First, p.Last, p.Rows, p.Dead, p.Buried = first, last, f.rows, f.dead, f.buried
	p.AfterHigh, p.AfterWindow, p.AfterTorn = f.high, f.window, f.torn
}

// alone reports whether the record at an offset must be a range of its own.
func (m *Model) alone(offset int8) bool {
	return m.Topic[offset].Kind == End && !m.off.has(RetractAlone)
}
