package pgtype

// Type is what pg_type says of one type.
type Type struct {
	OID uint32
	// Base is the type that a domain is over (typbasetype), 0 for others.
	Base uint32
	// Element is an array's element type (typelem where typoutput is array_out), 0 for others.
	Element uint32
	// Delimiter stands between this type's values in an array's text (typdelim).
	Delimiter byte
}

// Catalog knows the types that users made: domains and arrays. Enums, ranges and composites are text and need no entry.
// The zero value knows the built-in types.
type Catalog struct {
	types map[uint32]Type
}

// NewCatalog makes a catalog of the rows of pg_type; see Query.
func NewCatalog(types []Type) Catalog {
	c := Catalog{types: make(map[uint32]Type, len(types))}
	for _, t := range types {
		c.types[t.OID] = t
	}
	return c
}

// Query selects what NewCatalog takes: oid, base, element, delimiter.
const Query = `SELECT oid, typbasetype, CASE WHEN typoutput = 'array_out'::regproc THEN typelem ELSE 0 END, typdelim::text
FROM pg_catalog.pg_type WHERE oid >= 16384`

// Knows reports whether Encoder can tell the form of a type: it is built in, or in the catalog.
func (c Catalog) Knows(oid uint32) bool {
	_, ok := c.types[oid]
	return ok || oid < FirstUser
}

// Encoder gives the encoder of a column's type: a domain's is its base's, an array's is made of its element's.
func (c Catalog) Encoder(oid uint32) Append {
	return c.encoder(oid, maxNesting)
}

// maxNesting bounds domains over arrays over domains; the server allows no cycles, a wrong catalog might hold one.
const maxNesting = 32

func (c Catalog) encoder(oid uint32, nesting int) Append {
	t, ok := c.types[oid]
	switch {
	case !ok || nesting == 0:
		return Of(oid)
	case t.Base != 0:
		return c.encoder(t.Base, nesting-1)
	case t.Element != 0:
		return arrayOf(c.encoder(t.Element, nesting-1), c.delimiter(t.Element))
	}
	return Text
}

func (c Catalog) delimiter(elem uint32) byte {
	if t, ok := c.types[elem]; ok {
		return t.Delimiter
	}
	return delimiterOf(elem)
}
