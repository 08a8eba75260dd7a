package pgoutput

// Relation describes a table. It comes before the table's first change in a connection and again after the table was altered.
type Relation struct {
	OID             uint32
	Namespace       string
	Name            string
	ReplicaIdentity byte // 'd' default, 'n' nothing, 'f' full, 'i' index
	Columns         []Column
}

// Column is one column of a Relation.
type Column struct {
	Name    string
	Type    uint32 // pg_type oid
	TypeMod int32
	Key     bool // part of the replica identity
}

// Parse reads a Relation message.
func (m *Relation) Parse(b []byte) error {
	r := open(b, KindRelation)
	m.OID = r.uint32()
	m.Namespace = string(r.cstring())
	if m.Namespace == "" {
		m.Namespace = "pg_catalog"
	}
	m.Name = string(r.cstring())
	m.ReplicaIdentity = r.uint8()
	m.Columns = nil
	for n := r.uint16(); n > 0 && !r.failed; n-- {
		key := r.uint8()&1 != 0
		name := string(r.cstring())
		m.Columns = append(m.Columns, Column{Name: name, Type: r.uint32(), TypeMod: int32(r.uint32()), Key: key})
	}
	return r.close(KindRelation, b)
}

// Type names a type that isn't built in. It comes before the Relation that uses it.
type Type struct {
	OID       uint32
	Namespace string
	Name      string
}

// Parse reads a Type message.
func (m *Type) Parse(b []byte) error {
	r := open(b, KindType)
	m.OID = r.uint32()
	m.Namespace = string(r.cstring())
	m.Name = string(r.cstring())
	return r.close(KindType, b)
}
