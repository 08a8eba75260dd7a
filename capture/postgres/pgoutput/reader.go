package pgoutput

import (
	"bytes"
	"encoding/binary"
)

// reader walks a message. Past the end it gives zeros and remembers that, so that a parser checks once, at its end.
type reader struct {
	b      []byte
	failed bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.failed = true
		r.b = nil
		return nil
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

func (r *reader) uint8() byte {
	if v := r.take(1); v != nil {
		return v[0]
	}
	return 0
}

func (r *reader) uint16() uint16 {
	if v := r.take(2); v != nil {
		return binary.BigEndian.Uint16(v)
	}
	return 0
}

func (r *reader) uint32() uint32 {
	if v := r.take(4); v != nil {
		return binary.BigEndian.Uint32(v)
	}
	return 0
}

func (r *reader) uint64() uint64 {
	if v := r.take(8); v != nil {
		return binary.BigEndian.Uint64(v)
	}
	return 0
}

// cstring reads up to a zero byte.
func (r *reader) cstring() []byte {
	n := bytes.IndexByte(r.b, 0)
	if n < 0 {
		r.failed = true
		return nil
	}
	v := r.b[:n]
	r.b = r.b[n+1:]
	return v
}

// open checks the kind and steps over it.
func open(b []byte, k Kind) reader {
	r := reader{b: b}
	if Kind(r.uint8()) != k {
		r.failed = true
	}
	return r
}

// close fails unless the message was read to exactly its end.
func (r *reader) close(k Kind, whole []byte) error {
	if r.failed || len(r.b) > 0 {
		return &FormatError{Kind: k, Length: len(whole)}
	}
	return nil
}
