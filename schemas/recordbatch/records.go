package recordbatch

import "fmt"

// Record is a view of one record; it is valid as long as the batch's bytes are.
type Record struct {
	Offset    int64
	Timestamp int64  // milliseconds since 1970
	Key       []byte // nil: null
	Value     []byte // nil: null
	headers   []byte
	count     int
}

// Header finds the value of the first header with the key. A null value is nil, true.
func (r *Record) Header(key string) (value []byte, ok bool) {
	c := cursor{b: r.headers}
	for range r.count {
		k, v := c.bytes(), c.bytes()
		if string(k) == key {
			return v, true
		}
	}
	return nil, false
}

// Headers is the number of the record's headers.
func (r *Record) Headers() int { return r.count }

// Iter walks a batch's records. It allocates nothing until it fails.
type Iter struct {
	Record Record

	c         cursor
	base      int64
	timestamp int64
	last      int64 // delta of the record before
	lastDelta int64
	left      int
	err       error
}

// Iter starts at the first record. records is the batch's Payload, decompressed where
// the batch's Codec asks for it.
func (b *Batch) Iter(records []byte) Iter {
	return Iter{c: cursor{b: records}, base: b.BaseOffset, timestamp: b.BaseTimestamp,
		last: -1, lastDelta: int64(b.LastDelta), left: b.Count}
}

// Next moves to the next record. It is false at the end and at the first fault.
func (it *Iter) Next() bool {
	if it.err != nil {
		return false
	}
	if it.left == 0 {
		if len(it.c.b) != 0 {
			it.err = fmt.Errorf("%w: %d bytes after the last record", ErrCorrupt, len(it.c.b))
		}
		return false
	}
	it.left--
	if it.read() {
		return true
	}
	it.err = fmt.Errorf("%w: record with %d to come", ErrCorrupt, it.left)
	return false
}

// Err is the fault that ended Next, or nil.
func (it *Iter) Err() error { return it.err }

func (it *Iter) read() bool {
	c := cursor{b: it.c.take(it.c.varint()), bad: it.c.bad}
	c.take(1)
	timestamp, delta := c.varint(), c.varint()
	it.Record.Key, it.Record.Value = c.bytes(), c.bytes()
	count := c.varint()
	it.Record.headers, it.Record.count = c.b, int(count)
	// Each header takes at least two bytes, so a count beyond that is no count.
	if c.bad || it.c.bad || count < 0 || count > int64(len(c.b)/2) || delta <= it.last || delta > it.lastDelta {
		return false
	}
	for range count {
		if k := c.bytes(); k == nil {
			return false
		}
		c.bytes()
	}
	it.last = delta
	it.Record.Offset, it.Record.Timestamp = it.base+delta, it.timestamp+timestamp
	return !c.bad && len(c.b) == 0
}

// cursor reads from the front of b; at the first fault it turns bad and gives zeros.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) take(n int64) []byte {
	if n < 0 || n > int64(len(c.b)) {
		c.bad = true
		return nil
	}
	v := c.b[:n:n]
	c.b = c.b[n:]
	return v
}

func (c *cursor) bytes() []byte {
	n := c.varint()
	if n == -1 {
		return nil
	}
	return c.take(n)
}

func (c *cursor) varint() int64 {
	var u uint64
	for i, x := range c.b {
		if i == 10 || i == 9 && x > 1 {
			break
		}
		u |= uint64(x&0x7f) << (7 * i)
		if x < 0x80 {
			c.b = c.b[i+1:]
			return int64(u>>1) ^ -int64(u&1)
		}
	}
	c.bad = true
	return 0
}
