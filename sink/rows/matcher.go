package rows

// matcher finds a member's target by its name. Records of a table have their members in
// the same order nearly always, so it tries the member that followed last time first:
// no hashing, one comparison.
type matcher struct {
	targets map[string]int32
	learned []member
	next    int
}

type member struct {
	name   string
	target int32
}

// nothing is the target of a member that no column wants.
const nothing = -1

// mostLearned bounds what is remembered of documents whose member names are data.
const mostLearned = 256

func newMatcher(targets map[string]int32) matcher { return matcher{targets: targets} }

// begin starts a new object.
func (m *matcher) begin() { m.next = 0 }

// find gives the target of name, or nothing.
func (m *matcher) find(name []byte) int32 {
	if m.next < len(m.learned) && m.learned[m.next].name == string(name) {
		m.next++
		return m.learned[m.next-1].target
	}
	return m.search(name)
}

// search looks through what is learned, then learns.
func (m *matcher) search(name []byte) int32 {
	for i := range m.learned {
		if m.learned[i].name == string(name) {
			m.next = i + 1
			return m.learned[i].target
		}
	}
	target, ok := m.targets[string(name)]
	if !ok {
		target = nothing
	}
	if len(m.learned) < mostLearned {
		m.learned = append(m.learned, member{name: string(name), target: target})
		m.next = len(m.learned)
	}
	return target
}

// scanName reads `"name":` at b[i] and gives the member's target and the index after it.
func (m *matcher) scanName(b []byte, i int) (target int32, next int, ok bool) {
	if m.next < len(m.learned) {
		l := &m.learned[m.next]
		end := i + 1 + len(l.name)
		if end+1 < len(b) && b[i] == '"' && b[end] == '"' && b[end+1] == ':' && string(b[i+1:end]) == l.name {
			m.next++
			return l.target, end + 2, true
		}
	}
	if i >= len(b) || b[i] != '"' {
		return nothing, i, false
	}
	end, escaped, ok := scanString(b, i+1)
	if !ok || escaped || end+1 >= len(b) || b[end+1] != ':' {
		return nothing, i, false
	}
	return m.find(b[i+1 : end]), end + 2, true
}
