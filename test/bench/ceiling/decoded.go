package ceiling

import (
	"fmt"

	"github.com/ClickHouse/ch-go/proto"
)

// decoded is the last block of a result. Unlike the client's own automatic results it
// keeps each column's type as the server names it, which an insert must repeat.
type decoded struct {
	rows    int
	columns proto.Input
}

// DecodeResult reads one block.
func (d *decoded) DecodeResult(r *proto.Reader, version int, b proto.Block) error {
	d.rows, d.columns = b.Rows, nil
	for range b.Columns {
		name, err := r.Str()
		if err != nil {
			return fmt.Errorf("column's name: %w", err)
		}
		kind, err := r.Str()
		if err != nil {
			return fmt.Errorf("type of %s: %w", name, err)
		}
		col, err := decode(r, version, b.Rows, proto.ColumnType(kind))
		if err != nil {
			return fmt.Errorf("column %s %s: %w", name, kind, err)
		}
		d.columns = append(d.columns, proto.InputColumn{Name: name, Data: col})
	}
	return nil
}

func decode(r *proto.Reader, version, rows int, kind proto.ColumnType) (*column, error) {
	if proto.FeatureCustomSerialization.In(version) {
		if custom, err := r.Bool(); err != nil || custom {
			return nil, fmt.Errorf("custom serialization %v: %w", custom, err)
		}
	}
	col := new(proto.ColAuto)
	if err := col.Infer(kind); err != nil {
		return nil, err
	}
	if rows > 0 {
		if s, ok := col.Data.(proto.StateDecoder); ok {
			if err := s.DecodeState(r); err != nil {
				return nil, err
			}
		}
		if err := col.Data.DecodeColumn(r, rows); err != nil {
			return nil, err
		}
	}
	return encoded(kind, col.Data)
}
