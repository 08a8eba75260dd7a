package restore

import (
	"context"
	"fmt"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Querier is one connection to ClickHouse.
type Querier interface {
	Query(ctx context.Context, s clickhouse.Select) error
}

// part is an active part.
type part struct {
	table
	name string
	// young: what it was merged from must still be there.
	young bool
}

// margin is how long before the end of its lifetime what a part was merged from is not
// counted on any more, in seconds.
const margin = 60

// partsSQL lists active parts, and whether each was made of others so lately that those
// must still be there (rule: sources-first). Their time begins when the part is committed,
// which is not before its modification time.
const partsSQL = `SELECT p.database AS database, p.table AS table, p.name AS name,
    toUInt8(p.modification_time > now() - (if(t.engine_full LIKE '%%old_parts_lifetime%%', toInt64OrZero(extract(t.engine_full, 'old_parts_lifetime = (\\d+)')),
        ifNull((SELECT toInt64OrZero(any(value)) FROM system.merge_tree_settings WHERE name = 'old_parts_lifetime'), 0)) - %d)
        AND (p.database, p.table, p.name) IN (
            SELECT n.database, n.table, n.name FROM system.parts AS n
            INNER JOIN system.parts AS o ON o.database = n.database AND o.table = n.table AND o.partition_id = n.partition_id
            WHERE n.active AND NOT o.active AND o.min_block_number >= n.min_block_number AND o.max_block_number <= n.max_block_number)) AS young
FROM system.parts AS p
INNER JOIN system.tables AS t ON t.database = p.database AND t.name = p.table
WHERE p.active AND match(t.engine, '^(Replacing|Aggregating|Summing)?MergeTree$') AND (%s)
ORDER BY p.database, p.table, p.name`

func parts(ctx context.Context, q Querier, where string) (all []part, err error) {
	var database, of, name proto.ColStr
	var young proto.ColUInt8
	err = q.Query(ctx, clickhouse.Select{
		SQL:    fmt.Sprintf(partsSQL, margin, where),
		Result: proto.Results{{Name: "database", Data: &database}, {Name: "table", Data: &of}, {Name: "name", Data: &name}, {Name: "young", Data: &young}},
		OnBlock: func(rows int) error {
			for i := range rows {
				all = append(all, part{table{database.Row(i), of.Row(i)}, name.Row(i), young.Row(i) == 1})
			}
			return nil
		},
	})
	if err != nil {
		return nil, fmt.Errorf("list parts: %w", err)
	}
	return all, nil
}

// broken says what is wrong with a part; "" when it is whole, or is no part of the table any more.
func broken(ctx context.Context, q Querier, p part) (why string, err error) {
	var passed proto.ColUInt8
	var message proto.ColStr
	err = q.Query(ctx, clickhouse.Select{
		SQL:    fmt.Sprintf("CHECK TABLE %s PART %s SETTINGS check_query_single_value_result = 0", p.table, clickhouse.Text(p.name)),
		Result: proto.Results{{Name: "part_path", Data: new(proto.ColStr)}, {Name: "is_passed", Data: &passed}, {Name: "message", Data: &message}},
		OnBlock: func(rows int) error {
			for i := range rows {
				if passed.Row(i) == 0 {
					why = message.Row(i)
				}
			}
			return nil
		},
	})
	if clickhouse.HasCode(err, proto.ErrNoSuchDataPart, proto.ErrUnknownTable) {
		return "", nil // merged on, or another sink is at it
	}
	if err != nil {
		return "", fmt.Errorf("check part %s of %s: %w", p.name, p.table, err)
	}
	return why, nil
}
