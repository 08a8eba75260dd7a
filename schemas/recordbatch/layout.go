// Package recordbatch encodes and decodes Kafka's RecordBatch v2 (magic 2): records go
// straight into one growing buffer, and come out of the broker's bytes without copies.
package recordbatch

import "hash/crc32"

// The header's fields by offset; integers are big-endian.
const (
	atBaseOffset    = 0
	atLength        = 8  // of all that follows this field
	atLeaderEpoch   = 12 // the broker's
	atMagic         = 16
	atCRC           = 17 // CRC-32C of all that follows this field
	atAttributes    = 21
	atLastDelta     = 23
	atBaseTimestamp = 27
	atMaxTimestamp  = 35
	atProducerID    = 43
	atProducerEpoch = 51
	atBaseSequence  = 53
	atCount         = 57

	// HeaderSize is the length of the batch header in bytes; the records follow it.
	HeaderSize = 61

	magic = 2
)

// Attributes of a batch; its low three bits are a Codec.
const (
	attrCodec      = 0x07
	attrAppendTime = 0x08
	attrTxn        = 0x10
	attrControl    = 0x20
)

// Codec is the compression of a batch's records, as Kafka numbers it.
type Codec int16

// The codecs.
const (
	None Codec = iota
	Gzip
	Snappy
	LZ4
	Zstd
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// varintSize is the length of v's zigzag varint in bytes.
func varintSize(v int64) int {
	u := uint64(v)<<1 ^ uint64(v>>63)
	n := 1
	for ; u >= 0x80; u >>= 7 {
		n++
	}
	return n
}

// putVarint writes v at b[i:] and returns the index behind it.
func putVarint(b []byte, i int, v int64) int {
	u := uint64(v)<<1 ^ uint64(v>>63)
	for ; u >= 0x80; u >>= 7 {
		b[i] = byte(u) | 0x80
		i++
	}
	b[i] = byte(u)
	return i + 1
}
