package check

import (
	"fmt"
	"slices"

	"github.com/tidemark-cdc/tidemark/capture/postgres/catalog"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/types"
)

// columns checks that the contract's columns are there, are sent and are of the types claimed.
func (c *checker) columns(t *table, how catalog.Published) {
	sent := catalog.Sent(t.columns, how, c.version)
	for i := range t.Columns {
		want := &t.Columns[i]
		name := t.Name() + "." + want.Name
		have := t.column(want.Name)
		switch {
		case have == nil:
			c.add(preflight.Finding{Severity: preflight.Failure, Title: "column " + name + " does not exist", Detail: "The contract names it."})
		case !slices.ContainsFunc(sent, func(s catalog.Column) bool { return s.Name == want.Name }):
			c.add(preflight.Finding{Severity: preflight.Failure, Title: "column " + name + " is not sent", Detail: "It is generated, or the publication's column list leaves it out."})
		default:
			c.column(name, want, have)
		}
	}
}

func (c *checker) column(name string, want *contract.Column, have *catalog.Column) {
	is := DeclaredType(have.Declared)
	switch {
	case form(is) != form(want.Type):
		c.add(preflight.Finding{Severity: preflight.Failure, Title: fmt.Sprintf("column %s is %s, the contract says %s", name, have.Declared, want.Type), Detail: "Its values would all be dead letters."})
	case wider(is, want.Type):
		c.add(preflight.Finding{Severity: preflight.Warning, Title: fmt.Sprintf("column %s is %s, the contract says %s", name, have.Declared, want.Type), Detail: "Values that the contract's type can't hold would be dead letters."})
	}
	if !have.NotNull && !want.Nullable && want.Type.Elem == nil {
		c.add(preflight.Finding{Severity: preflight.Warning, Title: "column " + name + " may be null, the contract says not", Detail: "A null would be a dead letter: say nullable: true, or set the column NOT NULL."})
	}
}

// DeclaredType is a column's type as contracts name it; what they have no name for is "other".
func DeclaredType(declared string) types.Type {
	t, err := types.Parse(types.PostgreSQL, declared)
	if err == nil {
		return t
	}
	other := "other"
	if n := len(declared) - len("[]"); n > 0 && declared[n:] == "[]" {
		other = "other[]"
	}
	if t, err = types.Parse(types.PostgreSQL, other); err != nil {
		panic("BUG: the type table lacks " + other)
	}
	return t
}

func form(t types.Type) string {
	if t.Elem != nil {
		return "array of " + form(*t.Elem)
	}
	return t.Form.String()
}

// wider reports whether a value of is may not fit want.
func wider(is, want types.Type) bool {
	switch {
	case is.Elem != nil && want.Elem != nil:
		return wider(*is.Elem, *want.Elem)
	case is.Form == types.FormDecimal && want.Precision > 0:
		return is.Precision == 0 || is.Precision-is.Scale > want.Precision-want.Scale || is.Scale > want.Scale
	case is.Form == types.FormInt:
		return size[is.Name] > size[want.Name]
	}
	return is.Name != want.Name && want.Name == "uuid"
}

// size is the bytes of an integer type; oid's range ends above integer's.
var size = map[string]int{"smallint": 2, "integer": 4, "oid": 5, "bigint": 8}
