package ceiling

import (
	"context"
	"fmt"

	"github.com/ClickHouse/ch-go"
	"github.com/ClickHouse/ch-go/proto"
)

// Block is rows of a table in the very bytes that go over the wire, so that sending them
// costs no encoding.
type Block struct {
	Rows  int
	input proto.Input
}

// column is an encoded column.
type column struct {
	kind  proto.ColumnType
	rows  int
	state []byte // comes before the values: the version of LowCardinality
	body  []byte
}

func (c *column) Type() proto.ColumnType       { return c.kind }
func (c *column) Rows() int                    { return c.rows }
func (c *column) EncodeState(b *proto.Buffer)  { b.PutRaw(c.state) }
func (c *column) EncodeColumn(b *proto.Buffer) { b.PutRaw(c.body) }
func (c *column) WriteColumn(w *proto.Writer)  { w.ChainWrite(c.body) }

// Load reads rows of one table and packs them into one block. sql is the whole SELECT.
// It knows the types that contracts use, but not LowCardinality(Nullable(...)).
func Load(ctx context.Context, conn *ch.Client, sql string) (Block, error) {
	var (
		b   Block
		got decoded
	)
	err := conn.Do(ctx, ch.Query{Body: sql, Result: &got, Settings: oneBlock, OnResult: func(context.Context, proto.Block) error {
		switch {
		case got.rows == 0: // the header
		case b.Rows > 0:
			return fmt.Errorf("the server cut %d rows into blocks", b.Rows+got.rows)
		default:
			b = Block{Rows: got.rows, input: got.columns}
		}
		return nil
	}})
	if err != nil {
		return b, fmt.Errorf("load a block: %w", err)
	}
	return b, nil
}

// oneBlock lets the server answer a whole SELECT with one block.
var oneBlock = []ch.Setting{
	ch.SettingInt("max_block_size", 1<<20), ch.SettingInt("preferred_block_size_bytes", 0), ch.SettingInt("max_threads", 1),
	ch.SettingInt("preferred_max_column_in_block_size_bytes", 0),
}

// encoded writes a column once and for all.
func encoded(kind proto.ColumnType, col proto.Column) (*column, error) {
	c := &column{kind: kind, rows: col.Rows()}
	if p, ok := col.(proto.Preparable); ok {
		if err := p.Prepare(); err != nil {
			return nil, err
		}
	}
	if s, ok := col.(proto.StateEncoder); ok {
		var b proto.Buffer
		s.EncodeState(&b)
		c.state = b.Buf
	}
	var b proto.Buffer
	col.EncodeColumn(&b)
	c.body = b.Buf
	return c, nil
}
