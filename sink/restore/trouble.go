package restore

import (
	"context"
	"fmt"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// trouble is what the server has met since its start.
type trouble struct {
	// room counts writes that found none.
	room uint64
	// damage is when files of a part were last not what was written, in seconds since 1970:
	// also by a merge, in a table that nobody reads. A connection that breaks has the same
	// codes, but names no part.
	damage uint32
}

const errorsSQL = `SELECT sumIf(value, name IN ('NOT_ENOUGH_SPACE', 'CANNOT_WRITE_TO_FILE_DESCRIPTOR', 'CANNOT_OPEN_FILE', 'CANNOT_CREATE_DIRECTORY', 'CANNOT_FSYNC',
        'CANNOT_TRUNCATE_FILE', 'CANNOT_RESERVE_SPACE', 'STD_EXCEPTION')) AS room,
    toUnixTimestamp(maxIf(last_error_time, last_error_message LIKE '%reading from part%' OR last_error_message LIKE '%data part%')) AS damage
FROM system.errors WHERE NOT remote`

func look(ctx context.Context, q Querier) (t trouble, err error) {
	var room proto.ColUInt64
	var damage proto.ColUInt32
	err = q.Query(ctx, clickhouse.Select{
		SQL:    errorsSQL,
		Result: proto.Results{{Name: "room", Data: &room}, {Name: "damage", Data: &damage}},
		OnBlock: func(int) error {
			t = trouble{room.Row(0), damage.Row(0)}
			return nil
		},
	})
	if err != nil {
		return trouble{}, fmt.Errorf("read the server's errors: %w", err)
	}
	return t, nil
}
