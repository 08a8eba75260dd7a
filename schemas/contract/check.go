package contract

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/tidemark-cdc/tidemark/schemas/types"
)

// identifier is what ClickHouse takes without quoting surprises. A leading underscore
// is kept for the columns that raw adds (_sign, _version, ...).
var identifier = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// sourceName keeps topic names within Kafka's alphabet and without the dot that
// separates their parts.
var sourceName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrContract}, args...)...)
}

// check turns the file's text into a Contract or says what is wrong with it.
func (f *file) check() (*Contract, error) {
	if f.Contract != 1 {
		return nil, refuse("contract: %d; this program reads version 1", f.Contract)
	}
	if !sourceName.MatchString(f.Source) {
		return nil, refuse("source %q: want letters, digits, - and _", f.Source)
	}
	c := &Contract{Source: f.Source}
	if err := f.place(c); err != nil {
		return nil, err
	}
	for i := range f.Columns {
		col, err := f.Columns[i].check(c.Family)
		if err != nil {
			return nil, err
		}
		if c.Column(col.Name) >= 0 {
			return nil, refuse("column %q stands twice", col.Name)
		}
		c.Columns = append(c.Columns, col)
	}
	if len(c.Columns) == 0 {
		return nil, refuse("no columns")
	}
	if err := f.keys(c); err != nil {
		return nil, err
	}
	c.id = c.fingerprint()
	return c, nil
}

// place reads where the table is and where it goes.
func (f *file) place(c *Contract) error {
	name := f.Table
	c.Family = types.PostgreSQL
	if f.Collection != "" {
		name, c.Family = f.Collection, types.MongoDB
	}
	if (f.Table == "") == (f.Collection == "") {
		return refuse("name either a table or a collection")
	}
	var ok bool
	if c.Family == types.MongoDB { // a collection's name may hold dots, a database's may not
		c.Namespace, c.Table, ok = strings.Cut(name, ".")
	} else {
		c.Namespace, c.Table, ok = cutLast(name)
	}
	if !ok || c.Namespace == "" || c.Table == "" {
		return refuse("%q: want schema.table or database.collection", name)
	}
	c.Target.Database, c.Target.Table, ok = strings.Cut(f.Target, ".")
	if !ok || !identifier.MatchString(c.Target.Database) || !identifier.MatchString(c.Target.Table) {
		return refuse("target %q: want database.table of ClickHouse", f.Target)
	}
	switch c.Target.Database {
	case "raw", "current", "past", "ops", "sales", "sales_state", "system", "information_schema":
		return refuse("target %q: that database is kept for Tidemark's or ClickHouse's own tables", f.Target)
	}
	return nil
}

// keys resolves the key's columns.
func (f *file) keys(c *Contract) error {
	if c.Family == types.MongoDB && len(f.Key) == 0 {
		return refuse("a collection's key is its _id: add a column with path _id and name it in key")
	}
	for _, k := range f.Key {
		i := c.Column(k)
		switch {
		case i < 0:
			return refuse("key column %q is not among the columns", k)
		case c.Columns[i].Nullable || c.Columns[i].Type.Elem != nil:
			return refuse("key column %q can be neither nullable nor an array", k)
		case c.Family == types.MongoDB && c.Columns[i].Path != "_id":
			return refuse("key column %q: a collection's key is the path _id", k)
		}
		c.Key = append(c.Key, i)
	}
	return nil
}

func (fc *fileColumn) check(family types.Family) (Column, error) {
	col := Column{Name: fc.Name, Path: fc.Path, Nullable: fc.Nullable}
	if !identifier.MatchString(fc.Name) {
		return col, refuse("column name %q: want letters, digits and _, not first", fc.Name)
	}
	if err := col.checkPath(family); err != nil {
		return col, err
	}
	var err error
	if col.Type, err = types.Parse(family, fc.Type); err != nil {
		return col, refuse("column %q: %w", fc.Name, err)
	}
	col.ClickHouse = col.defaultType()
	if fc.ClickHouse != "" {
		col.ClickHouse = col.fullType(strings.TrimSpace(fc.ClickHouse))
	}
	return col, nil
}

// checkPath refuses what the document walk cannot follow.
func (col *Column) checkPath(family types.Family) error {
	if family == types.PostgreSQL {
		if col.Path != "" {
			return refuse("column %q: a path is for collections", col.Name)
		}
		return nil
	}
	if col.Path == "" {
		col.Path = col.Name
	}
	if col.Path == "." {
		return nil
	}
	if strings.Count(col.Path, "[]") > 1 {
		return refuse("column %q: path %q has more than one []", col.Name, col.Path)
	}
	for _, part := range strings.Split(col.Path, ".") {
		if strings.TrimSuffix(part, "[]") == "" {
			return refuse("column %q: path %q has an empty part", col.Name, col.Path)
		}
	}
	return nil
}

// Gathered reports whether the path goes through an array, so that the column is an
// Array of what the path finds in each element.
func (col *Column) Gathered() bool { return strings.Contains(col.Path, "[]") }

// defaultType is the full ClickHouse type when the contract names none.
func (col *Column) defaultType() string { return col.fullType(col.Type.ClickHouse(false)) }

// fullType adds to a type what the column's nullability and path make of it.
func (col *Column) fullType(t string) string {
	if col.Gathered() && !strings.HasPrefix(t, "Array(") {
		return "Array(" + types.Nullable(t, col.Nullable) + ")"
	}
	return types.Nullable(t, col.Nullable)
}
