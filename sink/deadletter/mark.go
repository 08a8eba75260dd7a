package deadletter

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// MarkSent writes down that letters were sent again. A letter whose record the sink has
// settled by now keeps its outcome: an even revision is above the odd one before it.
func MarkSent(ctx context.Context, q Querier, letters []Kept) error {
	return mark(ctx, q, letters, "retried", `concat('sent again as ', d.topic, '/', toString(d.partition), '/', toString(m.sent))`, 0)
}

// GiveUp resolves letters whose rows will not come: a person has decided so, and why is
// kept. Their keys' chains stay broken, so nothing is assumed of them.
func GiveUp(ctx context.Context, q Querier, letters []Kept, why string) error {
	return mark(ctx, q, letters, StateGivenUp, clickhouse.Text(why), 1)
}

func mark(ctx context.Context, q Querier, letters []Kept, state State, resolution string, resolved int) error {
	if len(letters) == 0 {
		return nil
	}
	sql := fmt.Sprintf(`INSERT INTO ops.dead_letters (%s, sent_offset, closed_offset, state, resolution, resolved, revision)
SELECT %s, m.sent AS sent_offset, d.closed_offset AS closed_offset, '%s' AS state, %s AS resolution, %d AS resolved, toUInt32(intDiv(d.revision, 2) * 2 + %d) AS revision
FROM (SELECT * FROM ops.dead_letters FINAL WHERE resolved = 0 AND topic IN (SELECT topic FROM _marked)) AS d
INNER JOIN _marked AS m ON m.topic = d.topic AND m.incarnation = d.incarnation AND m.partition = d.partition AND m.offset = d.offset`,
		carried, of("d", carried), state, resolution, resolved, 1+resolved)
	if err := q.Query(ctx, clickhouse.Select{SQL: sql, External: []ch.ExternalTable{{Name: "_marked", Data: marked(letters)}}}); err != nil {
		return fmt.Errorf("mark %d dead letters as %s: %w", len(letters), state, err)
	}
	return nil
}

// of qualifies a list of columns.
func of(table, columns string) string {
	return table + "." + strings.ReplaceAll(columns, ", ", ", "+table+".")
}

func marked(letters []Kept) proto.Input {
	var topic, incarnation proto.ColStr
	var partition proto.ColUInt16
	var offset proto.ColUInt64
	var sent proto.ColInt64
	for i := range letters {
		l := &letters[i]
		topic.Append(l.Topic)
		incarnation.Append(l.Incarnation)
		partition.Append(uint16(l.Partition))
		offset.Append(uint64(l.Offset))
		sent.Append(l.Sent)
	}
	return proto.Input{{Name: "topic", Data: &topic}, {Name: "incarnation", Data: &incarnation}, {Name: "partition", Data: &partition},
		{Name: "offset", Data: &offset}, {Name: "sent", Data: &sent}}
}
