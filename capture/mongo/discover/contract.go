package discover

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/rawbson"
)

const (
	depth       = 6  // levels below the top that get columns of their own
	mostFields  = 64 // more names than that in one place are keys of a map, not fields
	wideScale   = 30 // more decimals than that fit no Decimal(38, s) with digits to spare
	decimalSize = 38 // digits of ClickHouse's Decimal128
)

// Sample collects documents.
type Sample struct{ root *shape }

// New makes an empty sample.
func New() *Sample { return &Sample{root: newShape("")} }

// Add takes in a document.
func (s *Sample) Add(doc []byte) error { return s.root.see(rawbson.Document, doc, depth) }

// Contract is the contract that fits all documents of the sample, and what a reader should know of it: guesses that may
// not hold for documents outside of the sample.
func (s *Sample) Contract(source, database, collection string) (*contract.Contract, []string, error) {
	w := writer{taken: map[string]bool{}}
	if s.root.seen == 0 {
		w.note("the collection is empty: only _id is known, and its type is a guess")
		w.column("_id", "objectid", "", false)
	}
	if id := s.root.byName["_id"]; id != nil { // first, so that it gets the name id
		w.place(id, "_id", s.root.seen, false)
	}
	for _, c := range s.root.children {
		if c.name != "_id" {
			w.place(c, c.name, s.root.seen, false)
		}
	}
	text := fmt.Sprintf("contract: 1\nsource: %s\ncollection: %q\ntarget: %q\nkey: [id]\ncolumns:\n%s", source, database+"."+collection, "shop."+identifier(collection), w.lines.String())
	c, err := contract.Parse([]byte(text))
	return c, w.notes, err
}

type writer struct {
	lines strings.Builder
	notes []string
	taken map[string]bool
}

func (w *writer) note(format string, args ...any) {
	w.notes = append(w.notes, fmt.Sprintf(format, args...))
}

// place writes the columns of what was seen at path. of is how often it could have been there; in says that the path goes
// through an array already.
func (w *writer) place(s *shape, path string, of int, in bool) {
	nullable := (s.nulls > 0 || s.seen < of) && path != "_id"
	switch only := s.only(); {
	case !usable(s.name) && s.name != "[]":
		w.note("%s: the name cannot stand in a path; the field is left out", path)
	case only == "document" && path != "_id" && len(s.children) > 0 && len(s.children) <= mostFields:
		for _, c := range s.children {
			w.place(c, path+"."+c.name, of, in)
		}
	case only == "array" && !in && path != "_id" && s.elements != nil && s.elements.seen > 0:
		w.place(s.elements, path+"[]", s.elements.seen, true)
	case only == "decimal128" && s.scale <= wideScale:
		w.column(path, only, fmt.Sprintf("Decimal(%d, %d)", decimalSize, s.scale), nullable)
	case only == "" && len(s.types) > 1:
		w.note("%s: values of different types (%s), kept as JSON", path, s.list())
		w.column(path, "json", "", nullable)
	case only == "":
		w.note("%s: only nulls were seen, kept as JSON", path)
		w.column(path, "json", "", true)
	case only == "document" || only == "array":
		w.column(path, "json", "", nullable)
	default:
		w.column(path, only, "", nullable)
	}
}

// only is the one type that all values have, or the wider of two that hold each other; empty if there is none.
func (s *shape) only() string {
	if s.types["int"] > 0 && s.types["long"] > 0 && len(s.types) == 2 {
		return "long"
	}
	if s.types["int"] > 0 && s.types["double"] > 0 && len(s.types) == 2 {
		return "double"
	}
	for t := range s.types {
		if len(s.types) == 1 {
			return t
		}
	}
	return ""
}

func (s *shape) list() string {
	var all []string
	for _, t := range []string{"objectid", "string", "bool", "int", "long", "double", "decimal128", "date", "timestamp", "uuid", "bindata", "document", "array", "json"} {
		if s.types[t] > 0 {
			all = append(all, t)
		}
	}
	return strings.Join(all, ", ")
}

func (w *writer) column(path, typ, clickhouse string, nullable bool) {
	name := w.name(path)
	fmt.Fprintf(&w.lines, "  - {name: %q, path: %q, type: %s", name, path, typ)
	if nullable {
		w.lines.WriteString(", nullable: true")
	}
	if clickhouse != "" {
		fmt.Fprintf(&w.lines, ", clickhouse: %q", clickhouse)
	}
	w.lines.WriteString("}\n")
}

// name is a column name that no other column has.
func (w *writer) name(path string) string {
	base := identifier(path)
	name := base
	for i := 2; w.taken[name]; i++ {
		name = fmt.Sprintf("%s_%d", base, i)
	}
	w.taken[name] = true
	return name
}

var other = regexp.MustCompile(`[^A-Za-z0-9]+`)

func identifier(path string) string {
	name := strings.Trim(other.ReplaceAllString(path, "_"), "_")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return "f_" + name
	}
	return name
}

// usable reports whether a field's name can be part of a path.
func usable(name string) bool {
	return name != "" && !strings.ContainsAny(name, ".[]")
}
