package snapshot

import (
	"context"
	"time"

	"github.com/tidemark-cdc/tidemark/capture/postgres/emit"
)

// blockBytes is about how much a block holds; one row may exceed it.
const blockBytes = 256 << 10

// Block is a run of encoded rows of one table.
type Block struct {
	Table int  // index into the job's tables
	Last  bool // the chunk is complete with this block

	data    []byte
	records []record
}

type record struct{ key, value int } // lengths

// Each calls f for every row in order; a table without a key gives nil keys.
func (b *Block) Each(f func(key, value []byte) error) error {
	rest := b.data
	for _, r := range b.records {
		var key []byte
		if r.key > 0 {
			key = rest[:r.key]
		}
		if err := f(key, rest[r.key:r.key+r.value]); err != nil {
			return err
		}
		rest = rest[r.key+r.value:]
	}
	return nil
}

// Rows is how many rows the block holds.
func (b *Block) Rows() int { return len(b.records) }

// Recycle gives a block back for the readers' use.
func (r *Reader) Recycle(b *Block) {
	b.data, b.records, b.Last = b.data[:0], b.records[:0], false
	select {
	case r.free <- b:
	default:
	}
}

func (r *Reader) block(table int) *Block {
	select {
	case b := <-r.free:
		b.Table = table
		return b
	default:
		return &Block{Table: table}
	}
}

// rows takes what COPY sends, a row with each call, and fills blocks.
type rows struct {
	reader *Reader
	chunk  chunk
	table  *emit.Table
	line   line
	block  *Block
}

func (w *rows) Write(p []byte) (int, error) {
	if err := w.line.parse(p, w.table.Columns()); err != nil {
		return 0, err
	}
	if w.block == nil {
		w.block = w.reader.block(w.chunk.table)
	}
	b := w.block
	start := len(b.data)
	var key int
	b.data, key = w.reader.job.At.AppendRow(b.data, w.table, w.line.row, time.Now().UnixMilli())
	b.records = append(b.records, record{key: key, value: len(b.data) - start - key})
	if len(b.data) < blockBytes {
		return len(p), nil
	}
	return len(p), w.send()
}

func (w *rows) send() error {
	select {
	case w.reader.Blocks <- w.block:
		w.block = nil
		return nil
	case <-w.reader.ctx.Done():
		return context.Cause(w.reader.ctx)
	}
}

// finish sends what is left, marked as the chunk's end, even if it holds no row.
func (w *rows) finish() error {
	if w.block == nil {
		w.block = w.reader.block(w.chunk.table)
	}
	w.block.Last = true
	return w.send()
}
