package deadletter

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Querier runs a query.
type Querier interface {
	Query(ctx context.Context, s clickhouse.Select) error
}

// Keys gives the keys and versions of the unresolved dead letters of a topic-partition below an offset.
func Keys(ctx context.Context, q Querier, topic string, partition int, below int64, yield func(key []byte, version position.Position)) error {
	key, version := new(proto.ColStr), new(proto.ColUInt128)
	err := q.Query(ctx, clickhouse.Select{
		SQL: fmt.Sprintf("SELECT key, version FROM ops.dead_letters FINAL WHERE topic = %s AND partition = %d AND offset < %d AND resolved = 0",
			clickhouse.Text(topic), partition, below),
		Result: proto.Results{{Name: "key", Data: key}, {Name: "version", Data: version}},
		OnBlock: func(rows int) error {
			for i := range rows {
				v := version.Row(i)
				yield(key.RowBytes(i), position.FromUInt128(v.High, v.Low))
			}
			return nil
		},
	})
	if err != nil {
		return fmt.Errorf("keys of the dead letters of %s/%d: %w", topic, partition, err)
	}
	return nil
}

// Kept is a letter as the table holds it.
type Kept struct {
	Letter
	Time       time.Time
	Revision   uint32
	Resolved   bool
	Resolution string
}

// ID names a letter: topic/partition/offset.
func (l *Letter) ID() string {
	return fmt.Sprintf("%s/%d/%d", l.Topic, l.Partition, l.Offset)
}

// Filter limits a list. The zero value is every unresolved letter.
type Filter struct {
	Topic, Reason string
	// Resolved includes what was resolved.
	Resolved bool
	// Limit is the most to give; 0 is all.
	Limit int
	// ID is one letter.
	ID string
}

func (f Filter) where() (string, error) {
	var cond []string
	if !f.Resolved && f.ID == "" {
		cond = append(cond, "resolved = 0")
	}
	if f.Topic != "" {
		cond = append(cond, "topic = "+clickhouse.Text(f.Topic))
	}
	if f.Reason != "" {
		cond = append(cond, "reason = "+clickhouse.Text(f.Reason))
	}
	if f.ID != "" {
		topic, partition, offset, err := ParseID(f.ID)
		if err != nil {
			return "", err
		}
		cond = append(cond, fmt.Sprintf("topic = %s AND partition = %d AND offset = %d", clickhouse.Text(topic), partition, offset))
	}
	if len(cond) == 0 {
		return "1", nil
	}
	return strings.Join(cond, " AND "), nil
}

// ParseID reads what ID wrote.
func ParseID(id string) (topic string, partition, offset int64, err error) {
	parts := strings.Split(id, "/")
	if len(parts) == 3 && parts[0] != "" {
		if partition, err = strconv.ParseInt(parts[1], 10, 32); err == nil {
			if offset, err = strconv.ParseInt(parts[2], 10, 64); err == nil {
				return parts[0], partition, offset, nil
			}
		}
	}
	return "", 0, 0, fmt.Errorf("%q is no dead letter's id: want topic/partition/offset", id)
}
