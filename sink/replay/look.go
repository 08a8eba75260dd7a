package replay

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
)

// Kafka is what a replay needs of kafka.Client.
type Kafka interface {
	ledger.Client
	Metadata(context.Context, *kafka.MetadataRequest) (*kafka.MetadataResponse, error)
	ListOffsets(context.Context, *kafka.ListOffsetsRequest) (*kafka.ListOffsetsResponse, error)
	DescribeGroups(context.Context, *kafka.DescribeGroupsRequest) (*kafka.DescribeGroupsResponse, error)
}

// Range says what of a topic is meant. Zero values mean all of it.
type Range struct {
	Partitions []int
	From, To   Bound
}

// Bound is an offset or a time; of a time the first record that is not older.
type Bound struct {
	Set    bool
	Offset int64
	Time   time.Time
}

// ErrUnapplied: nothing of a partition has been applied, so there is nothing to replay up to.
var ErrUnapplied = errors.New("the consumer group has no commit for it")

// partitions are the topic's.
func partitions(ctx context.Context, k Kafka, topic string) (int, error) {
	res, err := k.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
	if err == nil && len(res.Topics) == 1 {
		err = res.Topics[0].Error
	}
	if err != nil {
		return 0, fmt.Errorf("partitions of %s: %w", topic, err)
	}
	return len(res.Topics[0].Partitions), nil
}

// commits gives the group's commits of all partitions; the zero Entry where there is none.
func commits(ctx context.Context, k Kafka, group, topic string) ([]ledger.Entry, error) {
	n, err := partitions(ctx, k, topic)
	if err != nil {
		return nil, err
	}
	all := make([]ledger.Entry, n)
	for p := range all {
		e, _, err := ledger.New(k, ledger.Fence{Group: group, Generation: -1}, topic, p).Load(ctx)
		if err != nil {
			return nil, fmt.Errorf("commit of %s/%d: %w", topic, p, err)
		}
		all[p] = e
	}
	return all, nil
}

// bounds gives what the topic holds, and the offset that each bound means.
func bounds(ctx context.Context, k Kafka, topic string, part *Part, r Range) (from, to int64, err error) {
	ask := func(one kafka.OffsetRequest) (kafka.PartitionOffsets, error) {
		res, err := k.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{topic: {one}}})
		if err == nil && len(res.Topics[topic]) == 1 {
			return res.Topics[topic][0], res.Topics[topic][0].Error
		}
		return kafka.PartitionOffsets{}, errors.Join(err, errors.New("no answer"))
	}
	first, err := ask(kafka.FirstOffsetOf(part.Partition))
	if err != nil {
		return 0, 0, fmt.Errorf("beginning of %s/%d: %w", topic, part.Partition, err)
	}
	last, err := ask(kafka.LastOffsetOf(part.Partition))
	if err != nil {
		return 0, 0, fmt.Errorf("end of %s/%d: %w", topic, part.Partition, err)
	}
	part.First, part.End = first.FirstOffset, last.LastOffset
	at := func(b Bound, otherwise int64) (int64, error) {
		switch {
		case !b.Set:
			return otherwise, nil
		case b.Time.IsZero():
			return b.Offset, nil
		}
		res, err := ask(kafka.TimeOffsetOf(part.Partition, b.Time))
		if err != nil {
			return 0, fmt.Errorf("offset of %s/%d at %s: %w", topic, part.Partition, b.Time.Format(time.RFC3339), err)
		}
		for offset := range res.Offsets {
			if offset >= 0 {
				return offset, nil
			}
		}
		return part.End, nil
	}
	if from, err = at(r.From, part.First); err != nil {
		return 0, 0, err
	}
	to, err = at(r.To, part.End)
	return from, to, err
}

// Look says, partition by partition, what a replay of the range would read and what raw
// holds of it. Nothing is read of the records themselves.
func Look(ctx context.Context, k Kafka, s Server, c *contract.Contract, group string, r Range) ([]Part, error) {
	entries, err := commits(ctx, k, group, c.Topic())
	if err != nil {
		return nil, err
	}
	chosen := r.Partitions
	if len(chosen) == 0 {
		for p := range entries {
			chosen = append(chosen, p)
		}
	}
	var parts []Part
	for _, n := range chosen {
		if n < 0 || n >= len(entries) {
			return nil, fmt.Errorf("%s has no partition %d", c.Topic(), n)
		}
		p := Part{Partition: n, Applied: entries[n].Next, Commit: entries[n], Incarnation: entries[n].State.Incarnation, Opened: entries[n].State.Opened}
		from, to, err := bounds(ctx, k, c.Topic(), &p, r)
		if err != nil {
			return nil, err
		}
		p.Begin, p.To = max(from, p.First), min(to, p.Applied)
		p.To = max(p.To, p.Begin)
		if err := p.held(ctx, s, clickhouse.Table("raw", c.Target.Table)); err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// held asks what raw holds of the part, and up to which version below it.
func (p *Part) held(ctx context.Context, s Server, raw string) error {
	rows, err := table(ctx, s, fmt.Sprintf(`SELECT [toString(countIf(%[1]s)), toString(uniqExactIf(_offset, %[1]s)), toString(countIf(_incarnation != %[2]s)),
	toString(bitShiftRight(maxIf(_version, %[3]s), 112)), toString(toUInt64(bitAnd(bitShiftRight(maxIf(_version, %[3]s), 48), toUInt128(18446744073709551615)))),
	toString(bitAnd(maxIf(_version, %[3]s), toUInt128(281474976710655)))] AS r FROM %[4]s WHERE _partition = %[5]d`,
		p.within(), clickhouse.Text(p.Incarnation), fmt.Sprintf("_incarnation = %s AND _offset < %d", clickhouse.Text(p.Incarnation), p.Begin), raw, p.Partition))
	if err != nil || len(rows) == 0 {
		return fmt.Errorf("what raw holds of partition %d: %w", p.Partition, err)
	}
	for i, to := range []*int64{&p.Rows, &p.Offsets, &p.Others} {
		if *to, err = strconv.ParseInt(rows[0][i], 10, 64); err != nil {
			return err
		}
	}
	if high := rows[0][3] + "/" + rows[0][4] + "/" + rows[0][5]; high != "0/0/0" {
		p.HighWater = high
	}
	return nil
}
