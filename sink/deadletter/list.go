package deadletter

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// List gives the letters that f lets through, oldest first.
func List(ctx context.Context, q Querier, f Filter) ([]Kept, error) {
	where, err := f.where()
	if err != nil {
		return nil, err
	}
	r := newResult()
	sql := "SELECT " + r.names() + " FROM ops.dead_letters FINAL WHERE " + where + " ORDER BY time, topic, partition, offset"
	if f.Limit > 0 {
		sql += fmt.Sprintf(" LIMIT %d", f.Limit)
	}
	var all []Kept
	err = q.Query(ctx, clickhouse.Select{SQL: sql, Result: r.results(), OnBlock: func(rows int) error {
		for i := range rows {
			all = append(all, r.row(i))
		}
		return nil
	}})
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	return all, nil
}

// result are the columns of a list; LowCardinality is undone by the query, because a
// reader of few rows gains nothing from it.
type result struct {
	text      [12]proto.ColStr
	partition proto.ColUInt16
	offset    proto.ColUInt64
	version   proto.ColUInt128
	time      proto.ColDateTime64
	revision  proto.ColUInt32
	resolved  proto.ColUInt8
	schema    proto.ColUInt32
	attempt   proto.ColUInt32
	origin    proto.ColUInt64
	sent      proto.ColInt64
	closed    proto.ColInt64
}

var textColumns = [12]string{"source", "topic", "incarnation", "op", "table", "reason", "error", "key", "value", "header", "resolution", "state"}

func newResult() *result {
	r := &result{}
	r.time.WithPrecision(proto.PrecisionMilli)
	return r
}

func (r *result) names() string {
	var b strings.Builder
	for _, n := range textColumns {
		fmt.Fprintf(&b, "CAST(`%s`, 'String') AS `t_%s`, ", n, n)
	}
	return b.String() + "partition, offset, version, time, revision, resolved, schema, attempt, origin, sent_offset, closed_offset"
}

func (r *result) results() proto.Results {
	var out proto.Results
	for i, n := range textColumns {
		out = append(out, proto.ResultColumn{Name: "t_" + n, Data: &r.text[i]})
	}
	return append(out, proto.ResultColumn{Name: "partition", Data: &r.partition}, proto.ResultColumn{Name: "offset", Data: &r.offset},
		proto.ResultColumn{Name: "version", Data: &r.version}, proto.ResultColumn{Name: "time", Data: &r.time},
		proto.ResultColumn{Name: "revision", Data: &r.revision}, proto.ResultColumn{Name: "resolved", Data: &r.resolved},
		proto.ResultColumn{Name: "schema", Data: &r.schema}, proto.ResultColumn{Name: "attempt", Data: &r.attempt},
		proto.ResultColumn{Name: "origin", Data: &r.origin}, proto.ResultColumn{Name: "sent_offset", Data: &r.sent},
		proto.ResultColumn{Name: "closed_offset", Data: &r.closed})
}

func (r *result) row(i int) Kept {
	t := func(c int) string { return r.text[c].Row(i) }
	v := r.version.Row(i)
	k := Kept{Letter: Letter{Source: t(0), Topic: t(1), Incarnation: t(2), Table: t(4), Reason: t(5), Err: t(6),
		Key: []byte(t(7)), Value: []byte(t(8)), Header: []byte(t(9)),
		Partition: int(r.partition.Row(i)), Offset: int64(r.offset.Row(i)), Version: position.FromUInt128(v.High, v.Low)},
		Time: r.time.Row(i).UTC(), Revision: r.revision.Row(i), Resolved: r.resolved.Row(i) != 0, Resolution: t(10),
		State: State(t(11)), Sent: r.sent.Row(i), Closed: r.closed.Row(i)}
	k.Schema, k.Origin, k.Again.Attempt = r.schema.Row(i), int64(r.origin.Row(i)), int(r.attempt.Row(i))
	if k.Again.Attempt > 0 {
		k.Again.Origin = k.Origin
	}
	if op := t(3); op != "" {
		k.Op = event.Op(op[0])
	}
	return k
}
