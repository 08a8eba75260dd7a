package restore

import (
	"context"
	"fmt"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// trouble counts what the server has met since its start: writes that found no room, and
// files that are not what was written. The latter are also what a merge of a broken part
// meets, in tables that nobody reads.
type trouble struct{ room, damage uint64 }

const errorsSQL = `SELECT sumIf(value, name IN ('NOT_ENOUGH_SPACE', 'CANNOT_WRITE_TO_FILE_DESCRIPTOR', 'CANNOT_OPEN_FILE', 'CANNOT_CREATE_DIRECTORY', 'CANNOT_FSYNC',
        'CANNOT_TRUNCATE_FILE', 'CANNOT_RESERVE_SPACE', 'STD_EXCEPTION')) AS room,
    sumIf(value, name IN ('CORRUPTED_DATA', 'NO_FILE_IN_DATA_PART', 'CHECKSUM_DOESNT_MATCH', 'CANNOT_READ_ALL_DATA', 'CANNOT_DECOMPRESS',
        'UNEXPECTED_END_OF_FILE', 'BAD_SIZE_OF_FILE_IN_DATA_PART', 'ATTEMPT_TO_READ_AFTER_EOF', 'FILE_DOESNT_EXIST')) AS damage
FROM system.errors WHERE NOT remote`

func look(ctx context.Context, q Querier) (t trouble, err error) {
	var room, damage proto.ColUInt64
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
