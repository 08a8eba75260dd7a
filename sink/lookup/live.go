package lookup

import (
	"context"
	"fmt"
	"strconv"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/rows"
)

// Scope says which live rows a truncate or a snapshot's end is about.
type Scope struct {
	rows.Place
	// Below: only rows at lower offsets count. Rows of other incarnations count when they
	// came through the same partition number, so a topic's partition count must not have
	// changed since.
	Below int64
	// Older: only keys whose newest version is below it; zero means all.
	Older position.Position
	// Slice of Slices, by key hash; 0 of 0 or 1 is everything.
	Slice, Slices int
}

// where is the condition on raw's rows.
func (t *Table) where(s Scope) string {
	w := fmt.Sprintf("_partition = %d AND (_incarnation != %s OR _offset < %d)", s.Partition, clickhouse.Text(s.Incarnation), max(s.Below, 0))
	if s.Slices > 1 {
		w += fmt.Sprintf(" AND cityHash64(%s) %% %d = %d", t.key(), s.Slices, s.Slice)
	}
	return w
}

// alive is the condition on each key's newest row.
func alive(s Scope) string {
	if s.Older.IsZero() {
		return "_sign = 1"
	}
	hi, lo := s.Older.UInt128()
	return "_sign = 1 AND _version < " + uint128(hi, lo)
}

// Live hands the live rows of s to yield, block by block, in key order: raw holding the
// same rows, the answer is the same. The block is reused after yield returns.
func (t *Table) Live(ctx context.Context, s Scope, yield func(*rows.Images) error) error {
	sql := fmt.Sprintf("SELECT * FROM (%s) WHERE %s ORDER BY %s", t.newestSQL(t.where(s)), alive(s), t.key())
	if err := t.query(ctx, clickhouse.Select{SQL: sql}, yield); err != nil {
		return fmt.Errorf("live rows of raw.%s, partition %d: %w", t.contract.Target.Table, s.Partition, err)
	}
	return nil
}

// Count is how many live rows s has.
func (t *Table) Count(ctx context.Context, s Scope) (int, error) {
	var n proto.ColUInt64
	total := 0
	sql := "SELECT count() AS n FROM (" + t.signSQL(s) + ") WHERE " + alive(s)
	err := t.conn.Query(ctx, clickhouse.Select{
		SQL:    sql,
		Result: proto.Results{{Name: "n", Data: &n}},
		OnBlock: func(rows int) error {
			for i := range rows {
				total += int(n[i])
			}
			return nil
		},
	})
	if err != nil {
		return 0, fmt.Errorf("count the live rows of raw.%s, partition %s: %w", t.contract.Target.Table, strconv.Itoa(s.Partition), err)
	}
	return total, nil
}

// signSQL is newestSQL without the columns that a count does not need.
func (t *Table) signSQL(s Scope) string {
	return fmt.Sprintf("SELECT _version, _sign FROM %s WHERE %s ORDER BY %s, _version DESC, _sign DESC LIMIT 1 BY %s",
		t.raw, t.where(s), t.key(), t.key())
}
