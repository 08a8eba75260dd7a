package rawbson

import (
	"bytes"
	"encoding/binary"
)

// Size is the number of bytes that a value of type t occupies at the start of b.
// It fails where the value does not fit b or its own lengths contradict each other; it does not look inside documents.
func Size(t Type, b []byte) (int, error) {
	if n := fixed[t]; n > 0 {
		if len(b) < n-1 {
			return 0, errShort
		}
		return n - 1, nil
	}
	switch t {
	case String, Code, Symbol:
		return sizeString(b)
	case Document, Array:
		return sizeFrame(b, 5)
	case Binary:
		return sizeBinary(b)
	case Regex:
		return sizeRegex(b)
	case DBPointer:
		n, err := sizeString(b)
		if err == nil && len(b) < n+12 {
			err = errShort
		}
		return n + 12, err
	case CodeWithScope:
		return sizeFrame(b, 14)
	}
	return 0, errType
}

// length reads the little-endian int32 that most values start with.
func length(b []byte) (int, error) {
	if len(b) < 4 {
		return 0, errShort
	}
	return int(int32(binary.LittleEndian.Uint32(b))), nil
}

// sizeString sizes a length-prefixed, zero-terminated string.
func sizeString(b []byte) (int, error) {
	n, err := length(b)
	switch {
	case err != nil:
		return 0, err
	case n < 1:
		return 0, errLength
	case len(b)-4 < n:
		return 0, errShort
	case b[4+n-1] != 0:
		return 0, errTerminator
	}
	return 4 + n, nil
}

// sizeFrame sizes a value whose length includes itself: documents, arrays, code with scope.
func sizeFrame(b []byte, least int) (int, error) {
	n, err := length(b)
	switch {
	case err != nil:
		return 0, err
	case n < least:
		return 0, errLength
	case len(b) < n:
		return 0, errShort
	case b[n-1] != 0:
		return 0, errTerminator
	}
	return n, nil
}

func sizeBinary(b []byte) (int, error) {
	n, err := length(b)
	switch {
	case err != nil:
		return 0, err
	case n < 0:
		return 0, errLength
	case len(b)-5 < n:
		return 0, errShort
	}
	return 5 + n, nil
}

func sizeRegex(b []byte) (int, error) {
	pattern := bytes.IndexByte(b, 0)
	if pattern < 0 {
		return 0, errTerminator
	}
	options := bytes.IndexByte(b[pattern+1:], 0)
	if options < 0 {
		return 0, errTerminator
	}
	return pattern + options + 2, nil
}
