package postgres

import (
	"context"

	"github.com/tidemark-cdc/tidemark/capture/postgres/catalog"
	"github.com/tidemark-cdc/tidemark/capture/postgres/connect"
	"github.com/tidemark-cdc/tidemark/capture/postgres/emit"
	"github.com/tidemark-cdc/tidemark/capture/postgres/pgoutput"
)

// relation is a table as the stream describes it.
type relation struct {
	oid      uint32
	captured *captured   // nil: no contract
	table    *emit.Table // nil: no contract
}

// relations finds a relation by its oid. Rows find theirs in the small array; the map is for those that share a place in it.
type relations struct {
	near [64]*relation
	all  map[uint32]*relation
}

func (r *relations) find(oid uint32) *relation {
	place := &r.near[oid%uint32(len(r.near))]
	if rel := *place; rel != nil && rel.oid == oid {
		return rel
	}
	rel := r.all[oid]
	*place = rel
	return rel
}

func (r *relations) put(rel *relation) {
	if r.all == nil {
		r.all = map[uint32]*relation{}
	}
	r.all[rel.oid] = rel
	r.near[rel.oid%uint32(len(r.near))] = rel
}

// relation takes a table's description: at its first change in the stream and after it was altered.
func (l *loop) relation(ctx context.Context, message []byte) error {
	var m pgoutput.Relation
	if err := m.Parse(message); err != nil {
		return err
	}
	rel := &relation{oid: m.OID}
	if c := l.tables[m.Namespace+"."+m.Name]; c != nil {
		if err := l.learnTypes(ctx, m.Columns); err != nil {
			return err
		}
		table, err := emit.NewTable(l.origin, c.contract, c.topic, m.Columns, l.types)
		if err != nil {
			return err
		}
		rel.captured, rel.table = c, table
	}
	l.relations.put(rel)
	return nil
}

// learnTypes reads pg_type again if a column's type was made after it was read.
func (l *loop) learnTypes(ctx context.Context, columns []pgoutput.Column) error {
	for _, c := range columns {
		if l.types.Knows(c.Type) {
			continue
		}
		conn, err := connect.SQL(ctx, l.cfg.URL)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		l.types, err = catalog.Types(ctx, conn)
		return err
	}
	return nil
}
