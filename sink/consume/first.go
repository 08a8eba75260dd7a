package consume

import (
	"context"
	"fmt"
	"time"
)

// One reads the record at an offset of a partition. It fails with Outside where the log
// does not hold the offset.
func One(ctx context.Context, b Broker, topic string, partition int, offset int64, take func(*Record) error) error {
	r := NewReader(b, topic, partition, offset)
	for r.Next() <= offset {
		chunk, err := r.Poll(ctx, 500*time.Millisecond)
		if err != nil {
			return err
		}
		for chunk.Next() {
			if rec := chunk.Record(); rec.Offset == offset {
				return take(rec)
			}
			return fmt.Errorf("%s/%d: offset %d holds no record", topic, partition, offset)
		}
		if err := chunk.Err(); err != nil {
			return err
		}
		if r.Behind() == 0 { // the log ends there
			first, end, err := r.bounds(ctx)
			if err == nil {
				err = &Outside{Topic: topic, Partition: partition, Wanted: offset, First: first, End: end, Err: ErrBeyondEnd}
			}
			return err
		}
	}
	return fmt.Errorf("%s/%d: offset %d holds no record", topic, partition, offset)
}
