package pgoutput

// Identity says what the old tuple of an update or delete holds.
type Identity byte

// The old tuple's forms.
const (
	// NoIdentity: there is no old tuple (an update that left the replica identity's columns alone).
	NoIdentity Identity = 0
	// KeyIdentity: only the columns of the replica identity are set, the others are Null.
	KeyIdentity Identity = 'K'
	// FullIdentity: the whole old row (REPLICA IDENTITY FULL).
	FullIdentity Identity = 'O'
)

// newTuple precedes the new row.
const newTuple = 'N'

// Insert is a new row.
type Insert struct {
	Relation uint32
	New      Tuple
}

// Parse reads an Insert message.
func (m *Insert) Parse(b []byte) error {
	r := open(b, KindInsert)
	m.Relation = r.uint32()
	m.New.parseMarked(&r)
	return r.close(KindInsert, b)
}

// Update is a changed row. Old is empty if Identity is NoIdentity.
type Update struct {
	Relation uint32
	Identity Identity
	Old, New Tuple
}

// Parse reads an Update message.
func (m *Update) Parse(b []byte) error {
	r := open(b, KindUpdate)
	m.Relation = r.uint32()
	m.Identity, m.Old = NoIdentity, m.Old[:0]
	if len(r.b) > 0 && r.b[0] != newTuple {
		m.Identity = parseOld(&m.Old, &r)
	}
	m.New.parseMarked(&r)
	return r.close(KindUpdate, b)
}

// Delete is a row that is gone.
type Delete struct {
	Relation uint32
	Identity Identity // KeyIdentity or FullIdentity
	Old      Tuple
}

// Parse reads a Delete message.
func (m *Delete) Parse(b []byte) error {
	r := open(b, KindDelete)
	m.Relation = r.uint32()
	m.Identity = parseOld(&m.Old, &r)
	return r.close(KindDelete, b)
}

func parseOld(t *Tuple, r *reader) Identity {
	id := Identity(r.uint8())
	if id != KeyIdentity && id != FullIdentity {
		r.failed = true
	}
	t.parse(r)
	return id
}

func (t *Tuple) parseMarked(r *reader) {
	if r.uint8() != newTuple {
		r.failed = true
	}
	t.parse(r)
}

// RelationOf gives the relation of a row message without reading the row.
func RelationOf(b []byte) (uint32, error) {
	r := reader{b: b}
	kind := Kind(r.uint8())
	oid := r.uint32()
	if r.failed {
		return 0, &FormatError{Kind: kind, Length: len(b)}
	}
	return oid, nil
}
