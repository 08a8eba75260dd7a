package recordbatch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// ErrShort says that the bytes end inside a batch, as the last batch of a fetch may.
var ErrShort = errors.New("record batch: cut short")

// ErrCorrupt is wrapped by every other failure to read a batch.
var ErrCorrupt = errors.New("record batch: corrupt")

// Batch is one batch's header and a view of its records.
type Batch struct {
	BaseOffset    int64
	LastDelta     int32 // of the last record; kept by compaction when that record is gone
	BaseTimestamp int64 // milliseconds since 1970
	MaxTimestamp  int64
	Producer      Producer
	Count         int // records in the batch
	Attributes    int16

	payload []byte
}

// Codec is the compression of the records.
func (b *Batch) Codec() Codec { return Codec(b.Attributes & attrCodec) }

// Control reports whether the batch holds a transaction's control record, not data.
func (b *Batch) Control() bool { return b.Attributes&attrControl != 0 }

// Transactional reports whether the batch belongs to a transaction.
func (b *Batch) Transactional() bool { return b.Attributes&attrTxn != 0 }

// Next is the offset behind the batch.
func (b *Batch) Next() int64 { return b.BaseOffset + int64(b.LastDelta) + 1 }

// Payload is the records' bytes as stored, compressed where Codec says so.
func (b *Batch) Payload() []byte { return b.payload }

// Parse reads the first batch of raw and returns what follows it. It checks lengths,
// magic and checksum; the records are checked as they are read.
func Parse(raw []byte) (b Batch, rest []byte, err error) {
	if len(raw) < HeaderSize {
		return Batch{}, nil, ErrShort
	}
	length := int64(int32(binary.BigEndian.Uint32(raw[atLength:])))
	if length < HeaderSize-atLeaderEpoch {
		return Batch{}, nil, fmt.Errorf("%w: length %d", ErrCorrupt, length)
	}
	if raw[atMagic] != magic {
		return Batch{}, nil, fmt.Errorf("%w: magic %d, want %d", ErrCorrupt, raw[atMagic], magic)
	}
	end := length + atLeaderEpoch
	if int64(len(raw)) < end {
		return Batch{}, nil, ErrShort
	}
	raw, rest = raw[:end:end], raw[end:]
	want, got := binary.BigEndian.Uint32(raw[atCRC:]), crc32.Checksum(raw[atAttributes:], castagnoli)
	if want != got {
		return Batch{}, nil, fmt.Errorf("%w: checksum %08x, want %08x", ErrCorrupt, got, want)
	}
	b = header(raw)
	if err := b.check(); err != nil {
		return Batch{}, nil, err
	}
	return b, rest, nil
}

func header(raw []byte) Batch {
	return Batch{
		BaseOffset:    int64(binary.BigEndian.Uint64(raw[atBaseOffset:])),
		LastDelta:     int32(binary.BigEndian.Uint32(raw[atLastDelta:])),
		BaseTimestamp: int64(binary.BigEndian.Uint64(raw[atBaseTimestamp:])),
		MaxTimestamp:  int64(binary.BigEndian.Uint64(raw[atMaxTimestamp:])),
		Producer: Producer{
			ID:       int64(binary.BigEndian.Uint64(raw[atProducerID:])),
			Epoch:    int16(binary.BigEndian.Uint16(raw[atProducerEpoch:])),
			Sequence: int32(binary.BigEndian.Uint32(raw[atBaseSequence:])),
		},
		Count:      int(int32(binary.BigEndian.Uint32(raw[atCount:]))),
		Attributes: int16(binary.BigEndian.Uint16(raw[atAttributes:])),
		payload:    raw[HeaderSize:],
	}
}

func (b *Batch) check() error {
	if b.Count < 0 || b.LastDelta < 0 || int64(b.Count) > int64(b.LastDelta)+1 {
		return fmt.Errorf("%w: %d records up to delta %d", ErrCorrupt, b.Count, b.LastDelta)
	}
	if b.Codec() > Zstd {
		return fmt.Errorf("%w: codec %d", ErrCorrupt, b.Codec())
	}
	return nil
}
