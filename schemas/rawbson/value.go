package rawbson

import (
	"bytes"
	"encoding/binary"
	"math"
)

// The functions below take a value's bytes as Size delimits them, so they cannot run past the end.

// Text is the content of a String, Code or Symbol without length and terminator. It is not checked for UTF-8.
func Text(v []byte) []byte { return v[4 : len(v)-1] }

// AsInt32 reads an Int32.
func AsInt32(v []byte) int32 { return int32(binary.LittleEndian.Uint32(v)) }

// AsInt64 reads an Int64, or a DateTime as milliseconds since 1970.
func AsInt64(v []byte) int64 { return int64(binary.LittleEndian.Uint64(v)) }

// AsUint64 reads eight bytes; of a Timestamp it is seconds << 32 | increment, which sorts as the server sorts it.
func AsUint64(v []byte) uint64 { return binary.LittleEndian.Uint64(v) }

// AsDouble reads a Double.
func AsDouble(v []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(v)) }

// AsBool reads a Boolean and fails on a byte that is neither 0 nor 1.
func AsBool(v []byte) (bool, error) {
	if v[0] > 1 {
		return false, errBoolean
	}
	return v[0] == 1, nil
}

// AsBinary splits a Binary into its subtype and its bytes. Subtype 2 (old binary) repeats the length inside, which is
// taken off.
func AsBinary(v []byte) (subtype byte, data []byte, err error) {
	subtype, data = v[4], v[5:]
	if subtype != 2 {
		return subtype, data, nil
	}
	n, err := length(data)
	if err != nil || n != len(data)-4 {
		return 0, nil, errLength
	}
	return subtype, data[4:], nil
}

// AsRegex splits a Regex into pattern and options.
func AsRegex(v []byte) (pattern, options []byte) {
	at := bytes.IndexByte(v, 0)
	return v[:at], v[at+1 : len(v)-1]
}

// AsCodeWithScope splits a CodeWithScope into its code (text) and its scope (a document).
func AsCodeWithScope(v []byte) (code, scope []byte, err error) {
	n, err := sizeString(v[4:])
	if err != nil {
		return nil, nil, err
	}
	code, scope = Text(v[4:4+n]), v[4+n:]
	m, err := sizeFrame(scope, 5)
	if err == nil && m != len(scope) {
		err = errTrailing
	}
	return code, scope, err
}

// AsDBPointer splits a DBPointer into the namespace it points to and the twelve bytes of the ObjectID.
func AsDBPointer(v []byte) (namespace, id []byte) {
	at := len(v) - 12
	return Text(v[:at]), v[at:]
}

// Lookup finds the first field called name at the top level of doc. ok is false when there is none.
func Lookup(doc []byte, name string) (e Element, ok bool, err error) {
	it := Walk(doc)
	for it.Next() {
		if string(it.Key) == name {
			return it.Element, true, nil
		}
	}
	return Element{}, false, it.Err()
}
