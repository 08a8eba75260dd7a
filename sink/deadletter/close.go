package deadletter

import (
	"context"
	"fmt"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Outcome is what the sink made of a record that was sent again.
type Outcome struct {
	// Key and Version name the change; with the topic they find its letters.
	Key     []byte
	Version position.Position
	// Offset is where the record that was sent again stands.
	Offset int64
	State  State
	// Resolution is the state in words.
	Resolution string
}

// Close writes outcomes of one topic-partition to the letters' rows. Doing it again
// changes nothing, because only unresolved rows are taken, and a letter that is the
// outcome itself (it failed again) stays open.
func Close(ctx context.Context, q Querier, topic, incarnation string, partition int, all []Outcome) error {
	if len(all) == 0 {
		return nil
	}
	err := q.Query(ctx, clickhouse.Select{SQL: closeSQL(topic, incarnation, partition), External: []ch.ExternalTable{{Name: "_outcomes", Data: outcomes(all)}}})
	if err != nil {
		return fmt.Errorf("close the letters of %d records of %s/%d that were sent again: %w", len(all), topic, partition, err)
	}
	return nil
}

// carried are the columns that a later revision of a row takes over.
const carried = "source, topic, incarnation, partition, offset, version, op, table, reason, error, key, value, header, time, schema, attempt, origin"

// closeSQL gives rows their next even revision. An odd one says that the record was sent
// again, so whichever of the two is written last, the outcome wins.
func closeSQL(topic, incarnation string, partition int) string {
	return fmt.Sprintf(`INSERT INTO ops.dead_letters (%[1]s, sent_offset, closed_offset, state, resolution, resolved, revision)
SELECT %[5]s,
    o.at AS sent_offset, o.at AS closed_offset, o.state AS state, o.resolution AS resolution, 1 AS resolved, toUInt32(intDiv(d.revision, 2) * 2 + 2) AS revision
FROM (SELECT * FROM ops.dead_letters FINAL WHERE topic = %[2]s AND resolved = 0) AS d
INNER JOIN _outcomes AS o ON o.key = d.key AND o.version = d.version
WHERE NOT (d.incarnation = %[3]s AND d.partition = %[4]d AND toInt64(d.offset) >= o.at)`,
		carried, clickhouse.Text(topic), clickhouse.Text(incarnation), partition, of("d", carried))
}

func outcomes(all []Outcome) proto.Input {
	var key, state, resolution proto.ColStr
	var version proto.ColUInt128
	var at proto.ColInt64
	for i := range all {
		o := &all[i]
		key.AppendBytes(o.Key)
		hi, lo := o.Version.UInt128()
		version.Append(proto.UInt128{High: hi, Low: lo})
		at.Append(o.Offset)
		state.Append(string(o.State))
		resolution.Append(o.Resolution)
	}
	return proto.Input{{Name: "key", Data: &key}, {Name: "version", Data: &version}, {Name: "at", Data: &at},
		{Name: "state", Data: &state}, {Name: "resolution", Data: &resolution}}
}
