package status

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/compose/compare"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/types"
)

// counted is up to how many rows a table of PostgreSQL is counted; beyond, the server's estimate must do, or watching would
// cost more than what is watched.
const counted = 200_000

func (w *Watcher) tables(ctx context.Context) (out []Table) {
	if w.sides == nil {
		w.sides, _ = compare.Open(ctx, w.where.Addresses) // tried again at the next look
	}
	ends := endOffsets(ctx, w.where.Brokers, w.where.Contracts)
	done := appliedOffsets(ctx, w.clickhouse())
	rows := w.rows(ctx)
	for i, c := range w.where.Contracts {
		t := Table{Table: c.Target.String(), Source: -1, Topic: -1, Waiting: -1}
		if w.sides != nil {
			t.Source = sourceRows(ctx, w.sides, c)
		}
		if end, ok := ends[c.Topic()]; ok {
			t.Topic, t.Waiting = end, max(0, end-done[c.Topic()])
		}
		t.Rows = rows[i]
		out = append(out, t)
	}
	return out
}

// rows counts what is alive in ClickHouse, all tables at once: raw's signs sum to it.
func (w *Watcher) rows(ctx context.Context) []int64 {
	out := make([]int64, len(w.where.Contracts))
	var all sync.WaitGroup
	for i, c := range w.where.Contracts {
		all.Go(func() { out[i] = one(ctx, w.clickhouse(), "SELECT toString(sum(_sign)) FROM raw.`"+c.Target.Table+"`") })
	}
	all.Wait()
	return out
}

func sourceRows(ctx context.Context, sides *compare.Sides, c *contract.Contract) int64 {
	n := int64(-1)
	switch {
	case c.Family == types.MongoDB && sides.Mongo != nil:
		if count, err := sides.Mongo.Database(c.Namespace).Collection(c.Table).EstimatedDocumentCount(ctx); err == nil {
			n = count
		}
	case c.Family != types.MongoDB && sides.Postgres != nil && !sides.Postgres.IsClosed():
		name := pgx.Identifier{c.Namespace, c.Table}.Sanitize()
		err := sides.Postgres.QueryRow(ctx, "SELECT reltuples::bigint FROM pg_class WHERE oid = $1::text::regclass", name).Scan(&n)
		if err == nil && n < counted {
			_ = sides.Postgres.QueryRow(ctx, "SELECT count(*) FROM "+name).Scan(&n)
		}
	}
	return n
}

// endOffsets gives per topic the records that its partitions have taken.
func endOffsets(ctx context.Context, brokers []string, contracts []*contract.Contract) map[string]int64 {
	out := map[string]int64{}
	if len(brokers) == 0 {
		return out
	}
	client := &kafka.Client{Addr: kafka.TCP(brokers...), Timeout: 5 * time.Second}
	var names []string
	for _, c := range contracts {
		names = append(names, c.Topic())
	}
	meta, err := client.Metadata(ctx, &kafka.MetadataRequest{Topics: names})
	if err != nil {
		return out
	}
	ask := map[string][]kafka.OffsetRequest{}
	for _, t := range meta.Topics {
		for _, p := range t.Partitions {
			ask[t.Name] = append(ask[t.Name], kafka.LastOffsetOf(p.ID))
		}
	}
	if len(ask) == 0 {
		return out
	}
	res, err := client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: ask})
	if err != nil {
		return out
	}
	for topic, partitions := range res.Topics {
		for _, p := range partitions {
			out[topic] += p.LastOffset
		}
	}
	return out
}

// appliedOffsets gives per topic, in its newest incarnation, the records that are in ClickHouse.
func appliedOffsets(ctx context.Context, ch compare.ClickHouse) map[string]int64 {
	out := map[string]int64{}
	const sql = `SELECT topic, toString(sum(done)) FROM (
		SELECT topic, incarnation, partition, max(next_offset) AS done, max(inserted_at) AS at FROM ops.applied GROUP BY topic, incarnation, partition)
		WHERE (topic, incarnation) IN (SELECT topic, argMax(incarnation, inserted_at) FROM ops.applied GROUP BY topic) GROUP BY topic`
	_ = ch.Query(ctx, sql, func(t []*string) error {
		out[text(t[0])] = number(t[1])
		return nil
	})
	return out
}
