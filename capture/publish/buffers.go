package publish

import "sync"

// buffers keeps freed batch buffers by size class, so that an open batch of a quiet
// partition holds little: thousands of partitions at the full batch size would be
// gigabytes. Classes double, so a batch takes at most twice its size.
type buffers struct {
	mu   sync.Mutex
	free [classes][][]byte
	kept int
}

const (
	smallest  = 8 << 10
	classes   = 12       // up to 16 MiB
	keepBytes = 32 << 20 // freed beyond this goes to the garbage collector
)

// get gives an empty buffer with at least the capacity, where a class is that large.
func (b *buffers) get(capacity int) []byte {
	class, size := classFor(capacity)
	if class < len(b.free) {
		b.mu.Lock()
		defer b.mu.Unlock()
		if n := len(b.free[class]); n > 0 {
			buf := b.free[class][n-1]
			b.free[class] = b.free[class][:n-1]
			b.kept -= cap(buf)
			return buf[:0]
		}
	}
	return make([]byte, 0, size)
}

// put takes back a buffer that nothing reads any more.
func (b *buffers) put(buf []byte) {
	class, size := classFor(cap(buf))
	if class >= len(b.free) || size != cap(buf) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kept+cap(buf) <= keepBytes {
		b.free[class] = append(b.free[class], buf)
		b.kept += cap(buf)
	}
}

// classFor gives the smallest class that holds the capacity, and its size; beyond the
// last class the size is the capacity itself.
func classFor(capacity int) (class, size int) {
	size = smallest
	for class = 0; size < capacity; class++ {
		size *= 2
	}
	if class >= classes {
		size = capacity
	}
	return class, size
}
