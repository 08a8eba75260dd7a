package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidemark-cdc/tidemark/capture/postgres/catalog"
	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
)

// publication checks that everything that happens to the tables is sent.
func (c *checker) publication(p *catalog.Publication, tables []*table) {
	name := connect.QuoteName(c.Publication)
	if p == nil {
		f := preflight.Finding{Severity: preflight.Failure, Title: "publication " + c.Publication + " does not exist", Detail: "It says which tables' changes are sent."}
		if list := quotedList(tables); list != "" {
			f.SQL, f.Mendable = fmt.Sprintf("CREATE PUBLICATION %s FOR TABLE %s WITH (publish_via_partition_root = true)", name, list), true
		}
		c.add(f)
		return
	}
	if !p.Insert || !p.Update || !p.Delete || !p.Truncate {
		c.add(preflight.Finding{Severity: preflight.Failure, Title: "publication " + c.Publication + " leaves out kinds of changes", Detail: "Inserts, updates, deletes and truncates must all be sent; what is not sent is lost silently.",
			SQL: fmt.Sprintf("ALTER PUBLICATION %s SET (publish = 'insert, update, delete, truncate')", name), Mendable: true})
	}
	for _, t := range tables {
		if t.kind == "p" && !p.ViaRoot {
			c.add(preflight.Finding{Severity: preflight.Failure, Title: "publication " + c.Publication + " sends partitions under their own names",
				Detail: t.Name() + " is partitioned: its changes would be sent as its partitions', which no contract names, and those of new partitions would be lost.",
				SQL:    fmt.Sprintf("ALTER PUBLICATION %s SET (publish_via_partition_root = true)", name), Mendable: true})
			break
		}
	}
	for _, t := range tables {
		c.published(t, p, name)
	}
}

// published checks one table's place in the publication.
func (c *checker) published(t *table, p *catalog.Publication, name string) {
	how, ok := p.Tables[t.Name()]
	if t.kind == "p" && !p.ViaRoot { // then the view shows its partitions
		ok = p.AllTables || slices.Contains(p.Named, t.Name())
	}
	if !ok && t.exists {
		f := preflight.Finding{Severity: preflight.Failure, Title: "publication " + c.Publication + " does not send " + t.Name(), Detail: "The table's changes would not come."}
		if !p.AllTables {
			f.SQL, f.Mendable = fmt.Sprintf("ALTER PUBLICATION %s ADD TABLE %s", name, t.quoted), true
		}
		c.add(f)
	}
	if how.Filter != "" {
		c.add(preflight.Finding{Severity: preflight.Note, Title: "publication " + c.Publication + " sends " + t.Name() + " only WHERE " + how.Filter, Detail: "The snapshot reads through the same filter."})
	}
}

func quotedList(tables []*table) string {
	var names []string
	for _, t := range tables {
		if t.exists {
			names = append(names, t.quoted)
		}
	}
	return strings.Join(names, ", ")
}
