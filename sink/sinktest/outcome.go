package sinktest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// Count runs a query that gives one UInt64 column n of one row.
func Count(ctx context.Context, c *clickhouse.Conn, sql string) (uint64, error) {
	var n proto.ColUInt64
	var total uint64
	err := c.Query(ctx, clickhouse.Select{SQL: sql, Result: proto.Results{{Name: "n", Data: &n}}, OnBlock: func(int) error {
		total += n.Row(0)
		return nil
	}})
	return total, err
}

// Applied waits until everything that the topic holds is applied, by ops.applied. Raw
// alone does not say so: its rows are seen before their views' are.
func (t *Topic) Applied(ctx context.Context, c *clickhouse.Conn) error {
	ends, err := t.Ends(ctx)
	if err != nil {
		return err
	}
	for p, end := range ends {
		sql := fmt.Sprintf("SELECT max(next_offset) AS n FROM ops.applied WHERE topic = %s AND partition = %d", clickhouse.Text(t.Name), p)
		for {
			n, err := Count(ctx, c, sql)
			if err == nil && int64(n) >= end {
				break
			}
			if ctx.Err() != nil {
				return fmt.Errorf("%s/%d is applied up to %d of %d: %w", t.Name, p, n, end, ctx.Err())
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	return nil
}

// Ends gives the end offset of each partition.
func (t *Topic) Ends(ctx context.Context) ([]int64, error) {
	var ask []kafka.OffsetRequest
	for p := range t.open {
		ask = append(ask, kafka.LastOffsetOf(p))
	}
	res, err := t.Client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{t.Name: ask}})
	if err != nil {
		return nil, fmt.Errorf("end of %s: %w", t.Name, err)
	}
	ends := make([]int64, len(t.open))
	for _, p := range res.Topics[t.Name] {
		ends[p.Partition] = p.LastOffset
	}
	return ends, nil
}

// Check compares ClickHouse with the source: raw exactly once, current state row by row.
func (s *Source) Check(ctx context.Context, c *clickhouse.Conn) error {
	for _, q := range []struct {
		what string
		sql  string
		want int
	}{
		{"rows of raw", "SELECT count() AS n FROM raw.%s", s.Signed},
		{"keys whose signs do not sum to 0 or 1", "SELECT count() AS n FROM (SELECT id FROM raw.%s GROUP BY id HAVING sum(_sign) NOT IN (0, 1))", 0},
		{"live keys in raw", "SELECT count() AS n FROM (SELECT id FROM raw.%s GROUP BY id HAVING sum(_sign) = 1)", s.Live},
		{"rows that stand twice", "SELECT count() AS n FROM (SELECT 1 FROM raw.%s GROUP BY id, _version, _sign HAVING count() > 1)", 0},
		{"rows of the current state", "SELECT count() AS n FROM shop.%s", s.Live},
	} {
		n, err := Count(ctx, c, fmt.Sprintf(q.sql, s.Table))
		if err != nil {
			return err
		}
		if n != uint64(q.want) {
			return fmt.Errorf("%s: %d, want %d", q.what, n, q.want)
		}
	}
	return s.Images(ctx, c)
}

// Images compares what does not depend on how often a row was written: current state and
// what raw sums to, row by row, and the invariant of signs.
func (s *Source) Images(ctx context.Context, c *clickhouse.Conn) error {
	n, err := Count(ctx, c, fmt.Sprintf("SELECT count() AS n FROM (SELECT id FROM raw.%s GROUP BY id HAVING sum(_sign) NOT IN (0, 1))", s.Table))
	if err != nil || n > 0 {
		return fmt.Errorf("%d keys whose signs do not sum to 0 or 1: %w", n, err)
	}
	if err := s.same(ctx, c, fmt.Sprintf("SELECT id, name, toString(amount) AS amount, ifNull(note, '') AS note, toUnixTimestamp64Micro(updated_at) AS updated FROM shop.%s", s.Table)); err != nil {
		return fmt.Errorf("current state: %w", err)
	}
	err = s.same(ctx, c, fmt.Sprintf("SELECT id, any(name) AS name, toString(sum(amount * _sign)) AS amount, argMax(ifNull(note, ''), (_version, _sign)) AS note, toInt64(sum(toUnixTimestamp64Micro(updated_at) * _sign)) AS updated FROM raw.%s GROUP BY id HAVING sum(_sign) = 1", s.Table))
	if err != nil {
		return fmt.Errorf("raw summed by sign: %w", err)
	}
	return nil
}

func (s *Source) same(ctx context.Context, c *clickhouse.Conn, sql string) error {
	var id, updated proto.ColInt64
	var name, amount, note proto.ColStr
	seen := 0
	err := c.Query(ctx, clickhouse.Select{SQL: sql, Result: proto.Results{{Name: "id", Data: &id}, {Name: "name", Data: &name},
		{Name: "amount", Data: &amount}, {Name: "note", Data: &note}, {Name: "updated", Data: &updated}},
		OnBlock: func(rows int) error {
			for i := range rows {
				seen++
				r := s.Rows[id.Row(i)]
				if r == nil || r.Name != name.Row(i) || trim(Decimal(r.Cents)) != trim(amount.Row(i)) || r.Note != note.Row(i) || r.Micros != updated.Row(i) {
					return fmt.Errorf("id %d: %q %s %q %d, want %+v", id.Row(i), name.Row(i), amount.Row(i), note.Row(i), updated.Row(i), r)
				}
			}
			return nil
		}})
	if err == nil && seen != len(s.Rows) {
		err = fmt.Errorf("%d rows, want %d", seen, len(s.Rows))
	}
	return err
}

// trim drops the zeros that toString of a Decimal drops.
func trim(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
