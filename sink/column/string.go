package column

import (
	"encoding/binary"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/tidemark-cdc/tidemark/schemas/wire"
)

// text is a String column; the value is decoded straight into the column's buffer.
type text struct {
	parse textOf
	data  proto.ColStr
}

func newText(parse textOf) *text { return &text{parse: parse} }

func (c *text) Append(tok wire.Token) error {
	start := len(c.data.Buf)
	buf, v := c.parse(c.data.Buf, tok)
	if v != fine {
		c.data.Buf = buf[:start]
		return v.refuse("String", tok)
	}
	c.push(buf, start)
	return nil
}

func (c *text) push(buf []byte, start int) {
	c.data.Buf = buf
	c.data.Pos = append(c.data.Pos, proto.Position{Start: start, End: len(buf)})
}

func (c *text) AppendDefault() { c.push(c.data.Buf, len(c.data.Buf)) }

func (c *text) AppendFrom(src Column, i int) {
	start := len(c.data.Buf)
	c.push(append(c.data.Buf, src.(*text).data.RowBytes(i)...), start)
}

func (c *text) AppendValue(dst []byte, i int) []byte { return appendText(dst, c.data.RowBytes(i)) }

// appendText leads the text with its length, lest ("a", "bc") look like ("ab", "c").
func appendText(dst, text []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

func (c *text) Truncate(n int) {
	end := 0
	if n > 0 {
		end = c.data.Pos[n-1].End
	}
	c.data.Buf, c.data.Pos = c.data.Buf[:end], c.data.Pos[:n]
}

func (c *text) Reset()             { c.data.Reset() }
func (c *text) Rows() int          { return len(c.data.Pos) }
func (c *text) Bytes() int         { return len(c.data.Buf) + len(c.data.Pos) }
func (c *text) Data() proto.Column { return &c.data }
