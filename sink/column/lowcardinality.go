package column

import (
	"fmt"
	"math"

	"github.com/ClickHouse/ch-go/proto"
)

// lowCardinality is the wire side of a dictionary: entries and one key per row.
type lowCardinality struct {
	nullable bool
	entries  proto.ColStr
	keys     []uint32
	raw      proto.ColLowCardinalityRaw
}

func (c *lowCardinality) Type() proto.ColumnType {
	if c.nullable {
		return "LowCardinality(Nullable(String))"
	}
	return "LowCardinality(String)"
}

func (c *lowCardinality) Rows() int { return len(c.keys) }

func (c *lowCardinality) Reset() {
	c.entries.Reset()
	c.keys = c.keys[:0]
}

// Prepare cuts the keys to the width that the number of entries needs, as the format
// wants it.
func (c *lowCardinality) Prepare() error {
	c.raw.Index = &c.entries
	c.raw.Keys8, c.raw.Keys16, c.raw.Keys32 = c.raw.Keys8[:0], c.raw.Keys16[:0], c.raw.Keys32[:0]
	switch last := c.entries.Rows() - 1; {
	case last <= math.MaxUint8:
		c.raw.Key = proto.KeyUInt8
		c.raw.Keys8 = narrow(c.raw.Keys8, c.keys)
	case last <= math.MaxUint16:
		c.raw.Key = proto.KeyUInt16
		c.raw.Keys16 = narrow(c.raw.Keys16, c.keys)
	default:
		c.raw.Key = proto.KeyUInt32
		c.raw.Keys32 = append(c.raw.Keys32, c.keys...)
	}
	return nil
}

func narrow[T uint8 | uint16](dst []T, keys []uint32) []T {
	for _, k := range keys {
		dst = append(dst, T(k))
	}
	return dst
}

func (c *lowCardinality) EncodeState(b *proto.Buffer) { c.raw.Index = &c.entries; c.raw.EncodeState(b) }

func (c *lowCardinality) DecodeState(r *proto.Reader) error {
	c.raw.Index = &c.entries
	return c.raw.DecodeState(r)
}

// EncodeColumn needs Prepare first, which ch-go calls.
func (c *lowCardinality) EncodeColumn(b *proto.Buffer) {
	if len(c.keys) > 0 {
		c.raw.EncodeColumn(b)
	}
}

// WriteColumn needs Prepare first, which ch-go calls.
func (c *lowCardinality) WriteColumn(w *proto.Writer) {
	if len(c.keys) > 0 {
		c.raw.WriteColumn(w)
	}
}

func (c *lowCardinality) DecodeColumn(r *proto.Reader, rows int) error {
	c.Reset()
	if rows == 0 {
		return nil
	}
	c.raw.Index = &c.entries
	c.raw.Keys8, c.raw.Keys16, c.raw.Keys32, c.raw.Keys64 = c.raw.Keys8[:0], c.raw.Keys16[:0], c.raw.Keys32[:0], c.raw.Keys64[:0]
	if err := c.raw.DecodeColumn(r, rows); err != nil {
		return err
	}
	switch c.raw.Key {
	case proto.KeyUInt8:
		c.keys = widen(c.keys, c.raw.Keys8)
	case proto.KeyUInt16:
		c.keys = widen(c.keys, c.raw.Keys16)
	case proto.KeyUInt32:
		c.keys = append(c.keys, c.raw.Keys32...)
	default:
		return fmt.Errorf("dictionary keys of type %s", c.raw.Key)
	}
	return c.checkKeys()
}

func widen[T uint8 | uint16](dst []uint32, keys []T) []uint32 {
	for _, k := range keys {
		dst = append(dst, uint32(k))
	}
	return dst
}

// checkKeys keeps a corrupt answer from becoming a panic much later.
func (c *lowCardinality) checkKeys() error {
	for _, k := range c.keys {
		if int(k) >= c.entries.Rows() {
			return fmt.Errorf("dictionary key %d of %d entries", k, c.entries.Rows())
		}
	}
	return nil
}
