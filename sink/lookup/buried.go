package lookup

import (
	"context"
	"fmt"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/rows"
)

// Buried is part of rows.Lookup: it reads ops.buried, which the sink writes before the
// batch of the delete counts as applied, so that the answer about offsets below a batch
// is the same for whoever builds that batch.
func (t *Table) Buried(ctx context.Context, q rows.BuriedQuestion, take func([]byte, position.Position)) error {
	var asking proto.ColStr
	for _, k := range q.Keys {
		asking.AppendBytes(k)
	}
	key, version := new(proto.ColStr), new(proto.ColUInt128)
	err := t.conn.Query(ctx, clickhouse.Select{
		SQL: fmt.Sprintf("SELECT key, max(b.version) AS newest FROM %s AS b WHERE topic = %s AND key IN (SELECT key FROM %s) AND %s GROUP BY key",
			t.buried, clickhouse.Text(t.contract.Topic()), clickhouse.Ident(asked), buriedBefore(q)),
		External: []ch.ExternalTable{{Name: asked, Data: proto.Input{{Name: "key", Data: &asking}}}},
		Result:   proto.Results{{Name: "key", Data: key}, {Name: "newest", Data: version}},
		OnBlock: func(n int) error {
			for i := range n {
				v := version.Row(i)
				take(key.RowBytes(i), position.FromUInt128(v.High, v.Low))
			}
			return nil
		},
	})
	if err != nil {
		return fmt.Errorf("look up %d keys among the deletes that left no row: %w", len(q.Keys), err)
	}
	return nil
}

// buriedBefore is before in the names of ops.buried.
func buriedBefore(q rows.BuriedQuestion) string {
	return fmt.Sprintf("(incarnation != %s OR (partition = %d AND offset < %d))", clickhouse.Text(q.Incarnation), q.Partition, max(q.Below, 0))
}
