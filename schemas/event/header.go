// Package event says what a change is and how its metadata travels beside the value.
package event

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/tidemark-cdc/tidemark/schemas/position"
)

// HeaderKey names the one Kafka record header that every record of a table topic
// carries; only tombstones lack it.
const HeaderKey = "tidemark"

// HeaderSize is the header value's length in bytes.
const HeaderSize = 32

// headerVersion leads the header; a reader refuses another one rather than misread it.
const headerVersion = 1

// ErrHeader is wrapped by every failure of ParseHeader.
var ErrHeader = errors.New("record header")

// Header is what the sink routes on without decoding the value.
//
// Layout, big-endian: version 1 byte (=1), op 1, flags 1, zero 1, schema id 4,
// position 16, commit time 8.
type Header struct {
	Version position.Position
	Op      Op
	Flags   Flags
	// Schema is the id of the contract that capture held when it emitted the record.
	Schema uint32
	// CommitTime is the source's commit time in microseconds since 1970, UTC.
	CommitTime int64
}

// Append adds the header's HeaderSize bytes to dst.
func (h Header) Append(dst []byte) []byte {
	dst = append(dst, headerVersion, byte(h.Op), byte(h.Flags), 0)
	dst = binary.BigEndian.AppendUint32(dst, h.Schema)
	dst = h.Version.Append(dst)
	return binary.BigEndian.AppendUint64(dst, uint64(h.CommitTime))
}

// ParseHeader reads what Append wrote. It fails on another length, another version
// and an unknown op.
func ParseHeader(b []byte) (Header, error) {
	if len(b) != HeaderSize {
		return Header{}, fmt.Errorf("%w: %d bytes, want %d", ErrHeader, len(b), HeaderSize)
	}
	if b[0] != headerVersion {
		return Header{}, fmt.Errorf("%w: version %d, this program reads %d", ErrHeader, b[0], headerVersion)
	}
	op := Op(b[1])
	if !op.Known() {
		return Header{}, fmt.Errorf("%w: unknown op %q", ErrHeader, b[1])
	}
	return Header{
		Op:         op,
		Flags:      Flags(b[2]),
		Schema:     binary.BigEndian.Uint32(b[4:]),
		Version:    position.FromBytes(b[8:]),
		CommitTime: int64(binary.BigEndian.Uint64(b[24:])),
	}, nil
}
