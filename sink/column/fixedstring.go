package column

import (
	"strconv"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// fixedText is a FixedString(N) column. A value of another length is refused: the zero
// bytes that ClickHouse would pad it with are not in the source.
type fixedText struct {
	parse textOf
	data  proto.ColFixedStr
}

func newFixedText(parse textOf, size int) *fixedText {
	return &fixedText{parse: parse, data: proto.ColFixedStr{Size: size}}
}

func (c *fixedText) Append(tok wire.Token) error {
	start := len(c.data.Buf)
	buf, v := c.parse(c.data.Buf, tok)
	if v == fine && len(buf) != start+c.data.Size {
		v = tooWide
	}
	if v != fine {
		c.data.Buf = buf[:start]
		return v.refuse("FixedString("+strconv.Itoa(c.data.Size)+")", tok)
	}
	c.data.Buf = buf
	return nil
}

func (c *fixedText) AppendDefault() {
	for range c.data.Size {
		c.data.Buf = append(c.data.Buf, 0)
	}
}

func (c *fixedText) AppendFrom(src Column, i int) {
	c.data.Buf = append(c.data.Buf, src.(*fixedText).data.Row(i)...)
}

func (c *fixedText) AppendValue(dst []byte, i int) []byte { return append(dst, c.data.Row(i)...) }

func (c *fixedText) Truncate(n int)     { c.data.Buf = c.data.Buf[:n*c.data.Size] }
func (c *fixedText) Reset()             { c.data.Buf = c.data.Buf[:0] }
func (c *fixedText) Rows() int          { return len(c.data.Buf) / c.data.Size }
func (c *fixedText) Bytes() int         { return len(c.data.Buf) }
func (c *fixedText) Data() proto.Column { return &c.data }
