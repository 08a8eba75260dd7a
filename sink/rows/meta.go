package rows

import (
	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/event"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/schemas/types"
	"github.com/tidemark-cdc/tidemark/schemas/wire"
	"github.com/tidemark-cdc/tidemark/sink/column"
)

// OpType is the type of raw's _op column.
const OpType = "Enum8('c' = 1, 'u' = 2, 'd' = 3, 'r' = 4, 't' = 5)"

// opCodes are the values of OpType.
var opCodes = [256]proto.Enum8{event.Create: 1, event.Update: 2, event.Delete: 3, event.Read: 4, event.Truncate: 5}

// meta are the columns that raw adds to the contract's.
type meta struct {
	sign        proto.ColInt8
	version     proto.ColUInt128
	op          proto.ColEnum8
	commitTime  proto.ColInt64
	incarnation column.Column
	partition   proto.ColUInt16
	offset      proto.ColUInt64
}

func newMeta() (*meta, error) {
	incarnation, err := column.New(types.Type{Form: types.FormString}, "LowCardinality(String)")
	return &meta{incarnation: incarnation}, err
}

// add writes one row.
func (m *meta) add(sign int8, h *event.Header, offset int64) {
	m.sign = append(m.sign, sign)
	hi, lo := h.Version.UInt128()
	m.version = append(m.version, proto.UInt128{Low: lo, High: hi})
	m.op = append(m.op, opCodes[h.Op])
	m.commitTime = append(m.commitTime, h.CommitTime)
	m.offset = append(m.offset, uint64(offset))
}

func (m *meta) rows() int { return len(m.sign) }

// finish fills the columns that are the same in every row of a batch.
func (m *meta) finish(place Place) {
	n := m.rows()
	for len(m.partition) < n {
		m.partition = append(m.partition, uint16(place.Partition))
	}
	if n > 0 && m.incarnation.Rows() == 0 {
		// A String column takes any text as it is; it cannot refuse this one.
		_ = m.incarnation.Append(wire.Token{Kind: wire.String, Raw: []byte(place.Incarnation)})
	}
	for m.incarnation.Rows() < n {
		m.incarnation.AppendFrom(m.incarnation, 0)
	}
}

func (m *meta) reset() {
	m.sign, m.version, m.op = m.sign[:0], m.version[:0], m.op[:0]
	m.commitTime, m.partition, m.offset = m.commitTime[:0], m.partition[:0], m.offset[:0]
	m.incarnation.Reset()
}

// bytes is what a row of them occupies, the incarnation apart.
const metaBytes = 1 + 16 + 1 + 8 + 2 + 8

// input lists them under raw's names.
func (m *meta) input() proto.Input {
	return proto.Input{
		{Name: "_sign", Data: &m.sign},
		{Name: "_version", Data: &m.version},
		{Name: "_op", Data: proto.Alias(&m.op, OpType)},
		{Name: "_commit_time", Data: proto.Alias(&m.commitTime, "DateTime64(6, 'UTC')")},
		{Name: "_incarnation", Data: m.incarnation.Data()},
		{Name: "_partition", Data: &m.partition},
		{Name: "_offset", Data: &m.offset},
	}
}

func versionAt(col proto.ColUInt128, i int) position.Position {
	return position.FromUInt128(col[i].High, col[i].Low)
}
