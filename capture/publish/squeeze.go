package publish

import (
	"bytes"
	"fmt"
	"io"

	"github.com/segmentio/kafka-go/compress"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/schemas/recordbatch"
)

// squeezer compresses batches for one sender. A nil one leaves them as they are.
type squeezer struct {
	codec  recordbatch.Codec
	writer func(io.Writer) io.WriteCloser
}

// newSqueezer gives nil for "" and "none".
func newSqueezer(name string) (*squeezer, error) {
	switch name {
	case "", "none":
		return nil, nil
	case "lz4":
		return &squeezer{recordbatch.LZ4, compress.Lz4Codec.NewWriter}, nil
	case "zstd":
		return &squeezer{recordbatch.Zstd, compress.ZstdCodec.NewWriter}, nil
	}
	return nil, fault.New(fault.Config, "choose compression", fmt.Errorf("codec %q: want none, lz4 or zstd", name), "")
}

// seal gives the framed bytes of the batch.
func (s *squeezer) seal(b *batch, p recordbatch.Producer) ([]byte, error) {
	if s == nil {
		b.Seal(p)
		return b.Framed(), nil
	}
	var out bytes.Buffer
	w := s.writer(&out)
	if _, err := w.Write(b.Records()); err != nil {
		return nil, fmt.Errorf("compress a batch: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress a batch: %w", err)
	}
	return b.SealCompressed(nil, p, s.codec, out.Bytes()), nil
}
