package applied

import (
	"context"
	"fmt"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Querier runs a query.
type Querier interface {
	Query(ctx context.Context, s clickhouse.Select) error
}

// Read gives the offset below which everything of a topic-partition is in ClickHouse,
// by incarnation of the topic. It is empty when nothing was ever applied.
func Read(ctx context.Context, q Querier, topic string, partition int) (map[string]int64, error) {
	incarnation, next := new(proto.ColStr), new(proto.ColUInt64)
	found := map[string]int64{}
	err := q.Query(ctx, clickhouse.Select{
		SQL: fmt.Sprintf("SELECT CAST(incarnation, 'String') AS i, max(next_offset) AS n FROM ops.applied WHERE topic = %s AND partition = %d GROUP BY i",
			clickhouse.Text(topic), partition),
		Result: proto.Results{{Name: "i", Data: incarnation}, {Name: "n", Data: next}},
		OnBlock: func(rows int) error {
			for i := range rows {
				found[incarnation.Row(i)] = int64(next.Row(i))
			}
			return nil
		},
	})
	if err != nil {
		return nil, fmt.Errorf("read what of %s/%d was applied: %w", topic, partition, err)
	}
	return found, nil
}
