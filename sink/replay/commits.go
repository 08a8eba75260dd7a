package replay

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/ledger"
)

// offsets are the commits of the copy's workers: they stand in the copy, not with the
// broker, because no consumer group shares the work. It is ledger.Client, and takes dead
// letters without a word: they are told of at the exchange.
type offsets struct {
	mu       sync.Mutex
	server   Server
	database string
	all      map[int]kafka.OffsetFetchPartition
}

func loadOffsets(ctx context.Context, s Server, database string) (*offsets, error) {
	o := &offsets{server: s, database: database, all: map[int]kafka.OffsetFetchPartition{}}
	rows, err := table(ctx, s, "SELECT [toString(partition), toString(offset), metadata] AS r FROM "+clickhouse.Table(database, "commits")+" FINAL")
	if err != nil {
		return nil, fmt.Errorf("read how far the copy is: %w", err)
	}
	for _, c := range rows {
		partition, err := strconv.Atoi(c[0])
		if err != nil {
			return nil, err
		}
		offset, err := strconv.ParseInt(c[1], 10, 64)
		if err != nil {
			return nil, err
		}
		o.all[partition] = kafka.OffsetFetchPartition{Partition: partition, CommittedOffset: offset, Metadata: c[2]}
	}
	return o, nil
}

func writeCommit(ctx context.Context, s Server, database string, partition int, offset int64, metadata string) error {
	err := exec(ctx, s, fmt.Sprintf("INSERT INTO %s (partition, offset, metadata) VALUES (%d, %d, %s)", clickhouse.Table(database, "commits"), partition, offset, clickhouse.Text(metadata)))
	if err != nil {
		return fmt.Errorf("write down how far the copy is: %w", err)
	}
	return nil
}

// OffsetCommit is ledger.Client's.
func (o *offsets) OffsetCommit(ctx context.Context, req *kafka.OffsetCommitRequest) (*kafka.OffsetCommitResponse, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	res := &kafka.OffsetCommitResponse{Topics: map[string][]kafka.OffsetCommitPartition{}}
	for topic, list := range req.Topics {
		for _, c := range list {
			if err := writeCommit(ctx, o.server, o.database, c.Partition, c.Offset, c.Metadata); err != nil {
				return nil, err
			}
			o.all[c.Partition] = kafka.OffsetFetchPartition{Partition: c.Partition, CommittedOffset: c.Offset, Metadata: c.Metadata}
			res.Topics[topic] = append(res.Topics[topic], kafka.OffsetCommitPartition{Partition: c.Partition})
		}
	}
	return res, nil
}

// OffsetFetch is ledger.Client's.
func (o *offsets) OffsetFetch(_ context.Context, req *kafka.OffsetFetchRequest) (*kafka.OffsetFetchResponse, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	res := &kafka.OffsetFetchResponse{Topics: map[string][]kafka.OffsetFetchPartition{}}
	for topic, list := range req.Topics {
		for _, p := range list {
			c, ok := o.all[p]
			if !ok {
				c = kafka.OffsetFetchPartition{Partition: p, CommittedOffset: -1}
			}
			res.Topics[topic] = append(res.Topics[topic], c)
		}
	}
	return res, nil
}

// Produce is deadletter.Client's.
func (o *offsets) Produce(context.Context, *kafka.ProduceRequest) (*kafka.ProduceResponse, error) {
	return &kafka.ProduceResponse{}, nil
}

// CreateTopics is deadletter.Client's.
func (o *offsets) CreateTopics(context.Context, *kafka.CreateTopicsRequest) (*kafka.CreateTopicsResponse, error) {
	return &kafka.CreateTopicsResponse{}, nil
}

// entry is a partition's commit.
func (o *offsets) entry(partition int) (ledger.Entry, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	c, ok := o.all[partition]
	if !ok {
		return ledger.Entry{}, false
	}
	e, err := ledger.Parse(c.Metadata)
	return e, err == nil
}
