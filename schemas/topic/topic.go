// Package topic says in which topic and partition a change travels.
package topic

// The topics that belong to no table.
const (
	// Watermarks has one partition; each record says how far a source is published.
	Watermarks = "tidemark.watermarks"
	// Signals has one partition; each record asks something of the capture of a source.
	Signals = "tidemark.signals"
	// DeadLetters has one partition; each record is one that could not be applied.
	DeadLetters = "tidemark.deadletters"
)

// Name is the topic of a table or collection: source.namespace.table, as Debezium
// names it with the source for its topic prefix.
func Name(source, namespace, table string) string { return source + "." + namespace + "." + table }

// Partition is the partition of key among n, as Kafka's own clients choose it
// (murmur2, sign bit cleared), so that other producers and readers agree.
func Partition(key []byte, n int) int {
	return int(murmur2(key)&0x7fffffff) % n
}

// murmur2 is the hash of org.apache.kafka.common.utils.Utils.murmur2.
func murmur2(b []byte) uint32 {
	const m = 0x5bd1e995
	h := uint32(0x9747b28c) ^ uint32(len(b))
	for ; len(b) >= 4; b = b[4:] {
		k := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
		k *= m
		k ^= k >> 24
		h = h*m ^ k*m
	}
	switch len(b) {
	case 3:
		h ^= uint32(b[2]) << 16
		fallthrough
	case 2:
		h ^= uint32(b[1]) << 8
		fallthrough
	case 1:
		h = (h ^ uint32(b[0])) * m
	}
	h = (h ^ h>>13) * m
	return h ^ h>>15
}
