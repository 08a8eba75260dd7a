package tables

import (
	"errors"
	"fmt"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// planner plans one contract's tables.
type planner struct {
	contract   *contract.Contract
	found      map[place]*existing
	statements []string
	failed     error
	// widened is set when a column gets another type: the view keeps the old one otherwise.
	widened bool
}

func (p *planner) do(sql string) { p.statements = append(p.statements, sql) }

// plan orders the statements so that a failure half-way loses nothing: what is written
// to exists before what writes to it.
func (p *planner) plan() ([]string, error) {
	c := p.contract
	if keyed(c) {
		p.table(Current, createCurrent(c), wanted{
			engine: "ReplacingMergeTree", sorting: keyNames(c), columns: contractColumns(c, currentMeta),
		})
	}
	p.table(Raw, createRaw(c), wanted{
		engine: "MergeTree", sorting: keyNames(c, "_version", "_sign"), partition: "toMonday(_commit_time)", columns: contractColumns(c, rawMeta),
	})
	if keyed(c) {
		p.feed()
		p.shown()
	}
	return p.statements, p.failed
}

// table makes a table or adds to it what it lacks.
func (p *planner) table(database, create string, w wanted) {
	at := place{database, p.contract.Target.Table}
	have := p.found[at]
	if have == nil {
		p.do(create)
		return
	}
	w.name = at.database + "." + at.table
	change, err := w.compare(p.contract, have)
	p.failed = errors.Join(p.failed, err)
	for _, a := range change.added {
		p.do(addColumn(clickhouse.Table(at.database, at.table), p.contract, a))
	}
	for _, c := range change.widened {
		p.widened = true
		p.do(fmt.Sprintf("ALTER TABLE %s MODIFY COLUMN %s %s", clickhouse.Table(at.database, at.table), clickhouse.Ident(c.name), c.typ))
	}
}

// feed makes the materialized view, or gives it a new query: in place, because between
// a drop and a create a batch could slip past it.
func (p *planner) feed() {
	c := p.contract
	have := p.found[place{Current, feedName(c)}]
	switch {
	case have == nil:
		p.do(createFeed(c))
	case have.engine != "MaterializedView":
		p.failed = errors.Join(p.failed, &Difference{Table: Current + "." + feedName(c), What: []string{"it is no materialized view"}})
	case p.widened || have.comment != mark(feedSelect(c)):
		p.do("ALTER TABLE " + feed(c) + " MODIFY QUERY " + feedSelect(c))
		p.do("ALTER TABLE " + feed(c) + " MODIFY COMMENT " + clickhouse.Text(mark(feedSelect(c))))
	}
}

// shown makes or replaces the view.
func (p *planner) shown() {
	c := p.contract
	have := p.found[place{c.Target.Database, c.Target.Table}]
	switch {
	case have != nil && have.engine != "View":
		p.failed = errors.Join(p.failed, &Difference{Table: c.Target.String(), What: []string{"it is a " + have.engine + ", not a view of ours"}})
	case have == nil || p.widened || have.comment != mark(shownSelect(c)):
		p.do(createShown(c))
	}
}
