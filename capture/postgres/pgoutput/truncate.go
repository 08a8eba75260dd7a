package pgoutput

// Truncate empties tables.
type Truncate struct {
	Cascade         bool
	RestartIdentity bool
	Relations       []uint32
}

// Parse reads a Truncate message.
func (m *Truncate) Parse(b []byte) error {
	r := open(b, KindTruncate)
	n := r.uint32()
	options := r.uint8()
	m.Cascade, m.RestartIdentity = options&1 != 0, options&2 != 0
	m.Relations = m.Relations[:0]
	for ; n > 0 && !r.failed; n-- {
		m.Relations = append(m.Relations, r.uint32())
	}
	return r.close(KindTruncate, b)
}
