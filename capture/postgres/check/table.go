package check

import (
	"fmt"

	"github.com/tidemark-cdc/tidemark/capture/postgres/catalog"
	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
)

// table checks one contract against its table.
func (c *checker) table(t *table, p *catalog.Publication) {
	fail := func(title, detail, sql string) {
		c.add(preflight.Finding{Severity: preflight.Failure, Title: title, Detail: detail, SQL: sql, Mendable: sql != ""})
	}
	if !t.exists {
		fail("table "+t.Name()+" does not exist", "A contract names it.", "")
		return
	}
	if t.kind != "r" && t.kind != "p" {
		fail(t.Name()+" is no table", "Only tables and partitioned tables can be captured.", "")
		return
	}
	if t.persistence != "p" {
		fail(t.Name()+" is not logged", "Changes of unlogged and temporary tables are not in the log.", "")
	}
	if !t.readable {
		fail("user "+c.user+" may not read "+t.Name(), "The snapshot reads the table.",
			fmt.Sprintf("GRANT USAGE ON SCHEMA %s TO %s; GRANT SELECT ON %s TO %[2]s", connect.QuoteName(t.Namespace), connect.QuoteName(c.user), t.quoted))
	}
	if t.hidden {
		fail("row-level security hides rows of "+t.Name()+" from "+c.user, "The snapshot would lack them.", fmt.Sprintf("ALTER ROLE %s BYPASSRLS", connect.QuoteName(c.user)))
	}
	c.identity(t)
	c.key(t)
	var how catalog.Published
	if p != nil {
		how = p.Tables[t.Name()]
	}
	c.columns(t, how)
}

// identity checks what the log says of a row's former state.
func (c *checker) identity(t *table) {
	full := "ALTER TABLE " + t.quoted + " REPLICA IDENTITY FULL"
	keyed := false
	for _, col := range t.columns {
		keyed = keyed || col.InIdentity
	}
	switch {
	case t.identity == "f":
	case t.identity == "n" || !keyed:
		c.add(preflight.Finding{Severity: preflight.Failure, Title: t.Name() + " has no replica identity", Detail: "PostgreSQL refuses updates and deletes of a published table that has none.", SQL: full, Mendable: true})
	default:
		c.add(preflight.Finding{Severity: preflight.Warning, Title: t.Name() + " logs only the key of rows that change",
			Detail: "Without the former row every update costs the sink a look-up, and large values that an update leaves alone must be looked up too. FULL logs it; the log of updates and deletes grows by the row.",
			SQL:    full, Mendable: true})
	}
}

// key checks that the contract's key finds a row, and is in the log.
func (c *checker) key(t *table) {
	for _, k := range t.KeyColumns() {
		if col := t.column(k.Name); col != nil && t.identity != "f" && !col.InIdentity {
			c.add(preflight.Finding{Severity: preflight.Failure, Title: fmt.Sprintf("key column %s of %s is not in the replica identity", k.Name, t.Name()),
				Detail: "Deletes would come without it.", SQL: "ALTER TABLE " + t.quoted + " REPLICA IDENTITY FULL", Mendable: true})
		}
	}
	switch {
	case len(t.Key) == 0:
		c.add(preflight.Finding{Severity: preflight.Note, Title: "the contract of " + t.Name() + " has no key", Detail: "Only the log of its changes is kept, no current state."})
	case !t.unique:
		c.add(preflight.Finding{Severity: preflight.Failure, Title: "the contract's key of " + t.Name() + " is not unique", Detail: "No primary key and no unique index is on exactly these columns: two rows of one key would be taken for one."})
	}
}
