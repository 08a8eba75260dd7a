package column

import "github.com/ClickHouse/ch-go/proto"

// The helpers below pass ch-go's optional calls on to the column inside of a Nullable
// or an Array; without them a LowCardinality within would lack its state prefix.

func prepare(c proto.Column) error {
	if p, ok := c.(proto.Preparable); ok {
		return p.Prepare()
	}
	return nil
}

func encodeState(c proto.Column, b *proto.Buffer) {
	if s, ok := c.(proto.StateEncoder); ok {
		s.EncodeState(b)
	}
}

func decodeState(c proto.Column, r *proto.Reader) error {
	if s, ok := c.(proto.StateDecoder); ok {
		return s.DecodeState(r)
	}
	return nil
}
