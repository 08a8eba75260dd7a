// Package lookup asks ClickHouse what raw holds.
package lookup

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
	"github.com/tidemark-cdc/tidemark/sink/rows"
	"github.com/tidemark-cdc/tidemark/sink/tables"
)

// Table looks up one raw table over one connection.
type Table struct {
	conn     *clickhouse.Conn
	contract *contract.Contract
	images   *rows.Images
	// raw is what is read for the table, buried for ops.buried: names, or subqueries.
	raw, buried string
}

// New makes a look-up of c's raw table over conn, which must not be used at the same
// time by another goroutine.
func New(conn *clickhouse.Conn, c *contract.Contract) (*Table, error) {
	if len(c.Key) == 0 {
		return nil, fmt.Errorf("look up %s: it has no key", c.Name())
	}
	images, err := rows.NewImages(c)
	return &Table{conn: conn, contract: c, images: images, raw: clickhouse.Table(tables.Raw, c.Target.Table), buried: "ops.buried"}, err
}

// Elsewhere reads other tables instead of raw's and ops.buried: names, or subqueries in
// parentheses, with the same columns.
func (t *Table) Elsewhere(raw, buried string) *Table {
	t.raw, t.buried = raw, buried
	return t
}

// asked is the name under which the keys travel with the query.
const asked = "_asked"

// Newest is rows.Lookup.
func (t *Table) Newest(ctx context.Context, q rows.Question, take func(*rows.Images) error) error {
	var keys proto.Input
	for i, k := range t.contract.KeyColumns() {
		keys = append(keys, proto.InputColumn{Name: k.Name, Data: q.Keys.Data(i)})
	}
	of := t.newestSQL
	if q.Net {
		of = t.netSQL
	}
	err := t.query(ctx, clickhouse.Select{
		SQL:      of(t.keyIn(asked) + " AND " + before(q.Place, q.Below)),
		External: []ch.ExternalTable{{Name: asked, Data: keys}},
	}, take)
	if err != nil {
		return fmt.Errorf("look up %d keys in raw.%s: %w", q.Keys.Len(), t.contract.Target.Table, err)
	}
	return nil
}

func (t *Table) query(ctx context.Context, s clickhouse.Select, take func(*rows.Images) error) error {
	s.Result = t.images.Results(t.contract)
	s.OnBlock = func(int) error { return take(t.images) }
	return t.conn.Query(ctx, s)
}

// newestSQL gives the newest row of each key among those that where lets through. A
// key's rows of one version are its -1 and then its +1.
func (t *Table) newestSQL(where string) string {
	key := t.key()
	return fmt.Sprintf("SELECT %s, _version, _sign FROM %s WHERE %s ORDER BY %s, _version DESC, _sign DESC LIMIT 1 BY %s",
		t.columns(), t.raw, where, key, key)
}

// netSQL gives what is left of each image when its rows are added up. A sum that a sign cannot
// hold is cut: what is left over then is found again.
func (t *Table) netSQL(where string) string {
	return fmt.Sprintf("SELECT %[1]s, max(r._version) AS _version, toInt8(least(greatest(sum(r._sign), -100), 100)) AS _sign FROM %[2]s AS r WHERE %[3]s GROUP BY %[1]s HAVING sum(r._sign) != 0 ORDER BY %[4]s, cityHash64(%[1]s), toString(tuple(%[1]s))",
		t.columns(), clickhouse.Table(tables.Raw, t.contract.Target.Table), where, t.key())
}

// before keeps to what was in raw before a batch: rows of the same partition at lower
// offsets. rule: look-up-below. Other incarnations of the topic were drained before this one was begun, so
// everything of them counts, from whatever partition.
func before(at rows.Place, below int64) string {
	return fmt.Sprintf("(_incarnation != %s OR (_partition = %d AND _offset < %d))", clickhouse.Text(at.Incarnation), at.Partition, max(below, 0))
}

func (t *Table) keyIn(table string) string {
	return fmt.Sprintf("(%s) IN (SELECT %s FROM %s)", t.key(), t.key(), clickhouse.Ident(table))
}

func (t *Table) key() string {
	var names []string
	for _, k := range t.contract.KeyColumns() {
		names = append(names, clickhouse.Ident(k.Name))
	}
	return strings.Join(names, ", ")
}

func (t *Table) columns() string {
	var names []string
	for i := range t.contract.Columns {
		names = append(names, clickhouse.Ident(t.contract.Columns[i].Name))
	}
	return strings.Join(names, ", ")
}

// uint128 writes a version as a literal; a bare number of that size would be a Float64.
func uint128(hi, lo uint64) string {
	return "bitOr(bitShiftLeft(toUInt128(" + strconv.FormatUint(hi, 10) + "), 64), toUInt128(" + strconv.FormatUint(lo, 10) + "))"
}
