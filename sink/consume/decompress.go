package consume

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"github.com/segmentio/kafka-go/compress"

	"github.com/tidemark-cdc/tidemark/schemas/recordbatch"
)

// maxExpanded bounds a decompressed batch: a broker takes a few MB compressed, and a
// bomb in them must not take the process's memory.
const maxExpanded = 256 << 20

// decompress gives the open batch's records, in the chunk's scratch where they were compressed.
func (c *Chunk) decompress() ([]byte, error) {
	codec := c.batch.Codec()
	if codec == recordbatch.None {
		return c.batch.Payload(), nil
	}
	d := compress.Compression(codec).Codec().NewReader(bytes.NewReader(c.batch.Payload()))
	defer d.Close()
	out := c.scratch[:0]
	for {
		out = slices.Grow(out, 64<<10)
		n, err := d.Read(out[len(out):cap(out)])
		out = out[:len(out)+n]
		if err == io.EOF {
			c.scratch = out
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("decompress (codec %d): %w", codec, err)
		}
		if len(out) > maxExpanded {
			return nil, fmt.Errorf("decompress (codec %d): more than %d bytes", codec, maxExpanded)
		}
	}
}
