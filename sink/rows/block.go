package rows

import (
	"github.com/ClickHouse/ch-go/proto"
	"github.com/cespare/xxhash/v2"
)

// blockWriter hashes a block as it would be sent.
type blockWriter struct {
	digest *xxhash.Digest
	writer *proto.Writer
}

func newBlockWriter() *blockWriter {
	d := xxhash.New()
	return &blockWriter{digest: d, writer: proto.NewWriter(d, new(proto.Buffer))}
}

// checksumProtocol fixes how the block is written for its checksum, so that a newer
// client library does not change it.
const checksumProtocol = 54_450

// Checksum is xxhash64 over the block's column names, types and values. Two builds of
// the same records over the same raw rows have the same checksum.
func (b *Builder) Checksum() uint64 {
	input := b.Input()
	b.block.digest.Reset()
	block := proto.Block{Columns: len(input), Rows: b.Rows()}
	err := block.WriteBlock(b.block.writer, checksumProtocol, input)
	if err == nil {
		_, err = b.block.writer.Flush()
	}
	if err != nil { // a hash takes every write, so only columns of unequal length get here
		panic("BUG: " + err.Error())
	}
	return b.block.digest.Sum64()
}

// Input is the block: the contract's columns and raw's own; valid until the builder
// changes.
func (b *Builder) Input() proto.Input {
	b.meta.finish(b.place)
	return b.input
}
