package rows

import (
	"context"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/position"
	"github.com/tidemark-cdc/tidemark/sink/column"
)

// Lookup answers what raw holds.
type Lookup interface {
	// Newest hands over the newest row of each key of q that raw has below q.Below, dead
	// ones (sign -1) too, in blocks that are reused after take returns. Keys without a
	// row are left out.
	Newest(ctx context.Context, q Question, take func(*Images) error) error
	// Buried hands over the newest version of each key whose delete left no row below
	// q.Below in the partition (see Buried). It is asked only where a batch holds repairs.
	Buried(ctx context.Context, q BuriedQuestion, take func(key []byte, version position.Position)) error
}

// Question asks for the newest rows of keys.
type Question struct {
	Place
	// Below is the first offset of the batch; rows at or above it are not seen.
	Below int64
	Keys  *Keys
	// Net asks for something else: each image of the keys that does not add up to nothing, with
	// the sum of its signs in the place of the sign, in an order that depends on the rows alone.
	Net bool
}

// Keys are values of a table's key columns.
type Keys struct{ cols []column.Column }

// Len is the number of keys.
func (k *Keys) Len() int { return k.cols[0].Rows() }

// Data gives the key columns in the order of the contract's key.
func (k *Keys) Data(i int) proto.Column { return k.cols[i].Data() }

// Images are rows of raw: the contract's columns, the version and the sign.
type Images struct {
	cols    []column.Column
	version proto.ColUInt128
	sign    proto.ColInt8
}

// NewImages makes an empty set for the rows of a contract's raw table.
func NewImages(c *contract.Contract) (*Images, error) {
	l, err := newLayout(c)
	if err != nil {
		return nil, err
	}
	m := &Images{}
	m.cols, err = l.columns()
	return m, err
}

// Results are where a query's result goes, in the order: the contract's columns,
// _version, _sign.
func (m *Images) Results(c *contract.Contract) proto.Results {
	var out proto.Results
	for i, col := range m.cols {
		out = append(out, proto.ResultColumn{Name: c.Columns[i].Name, Data: col.Data()})
	}
	return append(out, proto.ResultColumn{Name: "_version", Data: &m.version}, proto.ResultColumn{Name: "_sign", Data: &m.sign})
}

// Len is the number of rows.
func (m *Images) Len() int { return len(m.sign) }

// Live reports whether row i is a +1 row: nothing newer has taken it back.
func (m *Images) Live(i int) bool { return m.sign[i] > 0 }

// Version is the version of row i.
func (m *Images) Version(i int) position.Position { return versionAt(m.version, i) }
