package pgoutput

// Message was written by pg_logical_emit_message.
type Message struct {
	// Transactional messages stand inside their transaction; others come by themselves, between transactions or within one, and at
	// once, whatever becomes of the transaction that wrote them.
	Transactional bool
	LSN           uint64
	Prefix        []byte
	Content       []byte
}

// Parse reads a Message message.
func (m *Message) Parse(b []byte) error {
	r := open(b, KindMessage)
	m.Transactional = r.uint8()&1 != 0
	m.LSN = r.uint64()
	m.Prefix = r.cstring()
	m.Content = r.take(int(int32(r.uint32())))
	return r.close(KindMessage, b)
}
