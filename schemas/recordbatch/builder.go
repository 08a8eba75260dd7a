package recordbatch

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
)

// frameSize is the room before the batch for the int32 size by which a produce request
// carries it.
const frameSize = 4

// Builder gathers records into one batch. The zero value needs a Reset. It is reused:
// no call allocates once its buffer has grown.
type Builder struct {
	buf   []byte // frame, batch header, records
	base  int64  // timestamp in milliseconds since 1970 of the batch
	max   int64
	count int32
}

// Producer is the idempotent producer's part of a batch header.
type Producer struct {
	ID       int64
	Epoch    int16
	Sequence int32 // of the batch's first record
}

// NoProducer marks a batch without idempotence.
var NoProducer = Producer{ID: -1, Epoch: -1, Sequence: -1}

// Reset empties the builder, to write into buf (whose content is overwritten, and which
// may be nil). timestamp is the batch's, in milliseconds since 1970.
func (b *Builder) Reset(buf []byte, timestamp int64) {
	b.buf = slices.Grow(buf[:0], frameSize+HeaderSize)[:frameSize+HeaderSize]
	b.base, b.max, b.count = timestamp, timestamp, 0
}

// Append adds a record. A nil key or value is a null one. headerKey "" means no header.
func (b *Builder) Append(timestamp int64, key, value []byte, headerKey string, headerValue []byte) {
	delta := timestamp - b.base
	b.max = max(b.max, timestamp)
	body := 1 + varintSize(delta) + varintSize(int64(b.count)) + bytesSize(key) + bytesSize(value) + 1
	if headerKey != "" {
		body += varintSize(int64(len(headerKey))) + len(headerKey) + bytesSize(headerValue)
	}
	n := len(b.buf)
	b.buf = slices.Grow(b.buf, varintSize(int64(body))+body)[:n+varintSize(int64(body))+body]
	i := putVarint(b.buf, n, int64(body))
	b.buf[i] = 0 // record attributes: none are defined
	i = putVarint(b.buf, i+1, delta)
	i = putVarint(b.buf, i, int64(b.count))
	i = putBytes(b.buf, i, key)
	i = putBytes(b.buf, i, value)
	b.putHeader(i, headerKey, headerValue)
	b.count++
}

func (b *Builder) putHeader(i int, key string, value []byte) {
	if key == "" {
		b.buf[i] = 0
		return
	}
	i = putVarint(b.buf, i, 1)
	i = putVarint(b.buf, i, int64(len(key)))
	i += copy(b.buf[i:], key)
	putBytes(b.buf, i, value)
}

func bytesSize(v []byte) int {
	if v == nil {
		return 1
	}
	return varintSize(int64(len(v))) + len(v)
}

func putBytes(b []byte, i int, v []byte) int {
	if v == nil {
		return putVarint(b, i, -1)
	}
	i = putVarint(b, i, int64(len(v)))
	return i + copy(b[i:], v)
}

// Bound is the most that a record with these lengths adds to a batch, in bytes.
func Bound(key, value, headerKey, headerValue int) int {
	return key + value + headerKey + headerValue + 7*binary.MaxVarintLen32 + binary.MaxVarintLen64
}

// Timestamp is the batch's, in milliseconds since 1970.
func (b *Builder) Timestamp() int64 { return b.base }

// Count is the number of records appended since Reset.
func (b *Builder) Count() int { return int(b.count) }

// Len is the batch's length in bytes so far.
func (b *Builder) Len() int { return len(b.buf) - frameSize }

// Room is how many bytes can be appended before the buffer moves.
func (b *Builder) Room() int { return cap(b.buf) - len(b.buf) }

// Move continues the batch in buf, which must have the capacity for it, and returns the
// buffer that is free now.
func (b *Builder) Move(buf []byte) (freed []byte) {
	freed = b.buf
	b.buf = append(buf[:0], freed...)
	return freed
}

// Buffer is the builder's buffer, for its next use.
func (b *Builder) Buffer() []byte { return b.buf }

// Records are the encoded records, for a compressor.
func (b *Builder) Records() []byte { return b.buf[frameSize+HeaderSize:] }

// Seal writes the batch header. Append must not be called after it. The batch is valid
// until the buffer's next use.
func (b *Builder) Seal(p Producer) []byte {
	b.seal(b.buf, p, None)
	return b.buf[frameSize:]
}

// Framed is the sealed batch behind its int32 size, as a produce request carries it.
func (b *Builder) Framed() []byte { return b.buf }

// SealCompressed writes the batch with its records replaced by records, which codec
// made of Records, into dst, and returns it framed.
func (b *Builder) SealCompressed(dst []byte, p Producer, codec Codec, records []byte) []byte {
	dst = slices.Grow(dst[:0], frameSize+HeaderSize+len(records))[:frameSize+HeaderSize]
	dst = append(dst, records...)
	b.seal(dst, p, codec)
	return dst
}

func (b *Builder) seal(framed []byte, p Producer, codec Codec) {
	h := framed[frameSize:]
	binary.BigEndian.PutUint32(framed, uint32(len(h)))
	binary.BigEndian.PutUint64(h[atBaseOffset:], 0)
	binary.BigEndian.PutUint32(h[atLength:], uint32(len(h)-atLeaderEpoch))
	binary.BigEndian.PutUint32(h[atLeaderEpoch:], ^uint32(0))
	h[atMagic] = magic
	binary.BigEndian.PutUint16(h[atAttributes:], uint16(codec))
	binary.BigEndian.PutUint32(h[atLastDelta:], uint32(b.count-1))
	binary.BigEndian.PutUint64(h[atBaseTimestamp:], uint64(b.base))
	binary.BigEndian.PutUint64(h[atMaxTimestamp:], uint64(b.max))
	binary.BigEndian.PutUint64(h[atProducerID:], uint64(p.ID))
	binary.BigEndian.PutUint16(h[atProducerEpoch:], uint16(p.Epoch))
	binary.BigEndian.PutUint32(h[atBaseSequence:], uint32(p.Sequence))
	binary.BigEndian.PutUint32(h[atCount:], uint32(b.count))
	binary.BigEndian.PutUint32(h[atCRC:], crc32.Checksum(h[atAttributes:], castagnoli))
}
