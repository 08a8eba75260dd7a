package consume

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/segmentio/kafka-go/protocol"
	fetchapi "github.com/segmentio/kafka-go/protocol/fetch"
)

// maxResponse bounds what an answer may claim, so that a damaged length cannot take the
// process's memory.
const maxResponse = 1 << 30

// fetchRequest asks for one partition. It reads its answer itself (RawExchange), so that
// the records land in a buffer of the caller instead of kafka-go's decoded copies.
type fetchRequest struct {
	topic     string
	partition int32
	offset    int64
	maxWait   int32 // milliseconds
	maxBytes  int32
	// buffer gives room for an answer of n bytes; the answer keeps it.
	buffer func(n int) []byte

	version int16
}

// ApiKey makes it a message of kafka-go's protocol.
func (*fetchRequest) ApiKey() protocol.ApiKey { return protocol.Fetch }

// Broker routes to the partition's leader, as kafka-go's own request does.
func (r *fetchRequest) Broker(cluster protocol.Cluster) (protocol.Broker, error) {
	route := fetchapi.Request{Topics: []fetchapi.RequestTopic{{Topic: r.topic,
		Partitions: []fetchapi.RequestPartition{{Partition: r.partition}}}}}
	return route.Broker(cluster)
}

// Required notes the version that the connection agreed on: 4 (records with headers) to 11.
func (r *fetchRequest) Required(versions map[protocol.ApiKey]int16) bool {
	r.version = versions[protocol.Fetch]
	return true
}

// RawExchange sends the request and reads the answer.
func (r *fetchRequest) RawExchange(rw io.ReadWriter) (protocol.Message, error) {
	if r.version < 4 {
		return nil, fmt.Errorf("fetch %s/%d: the broker offers version %d, 4 is needed", r.topic, r.partition, r.version)
	}
	if _, err := rw.Write(r.encode()); err != nil {
		return nil, fmt.Errorf("fetch %s/%d: send: %w", r.topic, r.partition, err)
	}
	var size [4]byte
	if _, err := io.ReadFull(rw, size[:]); err != nil {
		return nil, fmt.Errorf("fetch %s/%d: await: %w", r.topic, r.partition, noEOF(err))
	}
	n := int(binary.BigEndian.Uint32(size[:]))
	if n > maxResponse {
		return nil, fmt.Errorf("fetch %s/%d: answer of %d bytes", r.topic, r.partition, n)
	}
	b := r.buffer(n)
	if _, err := io.ReadFull(rw, b); err != nil {
		return nil, fmt.Errorf("fetch %s/%d: read %d bytes: %w", r.topic, r.partition, n, noEOF(err))
	}
	res, err := r.decode(b)
	if err != nil {
		return nil, err
	}
	return res, nil
}

// encode gives the request with its size and header; correlation ids are not needed on a
// connection that carries one request at a time.
func (r *fetchRequest) encode() []byte {
	be := binary.BigEndian
	b := make([]byte, 4, 128+len(r.topic))
	b = be.AppendUint16(b, uint16(protocol.Fetch))
	b = be.AppendUint16(b, uint16(r.version))
	b = be.AppendUint32(b, 0) // correlation id
	b = appendString(b, "tidemark-sink")
	b = be.AppendUint32(b, ^uint32(0)) // replica: a consumer
	b = be.AppendUint32(b, uint32(r.maxWait))
	b = be.AppendUint32(b, 1) // min bytes
	b = be.AppendUint32(b, uint32(r.maxBytes))
	b = append(b, 0) // read uncommitted: capture does not write in transactions
	if r.version >= 7 {
		b = be.AppendUint32(b, 0)          // no session
		b = be.AppendUint32(b, ^uint32(0)) // session epoch
	}
	b = be.AppendUint32(b, 1)
	b = appendString(b, r.topic)
	b = be.AppendUint32(b, 1)
	b = be.AppendUint32(b, uint32(r.partition))
	if r.version >= 9 {
		b = be.AppendUint32(b, ^uint32(0)) // leader epoch: unknown
	}
	b = be.AppendUint64(b, uint64(r.offset))
	if r.version >= 5 {
		b = be.AppendUint64(b, ^uint64(0)) // log start: not a follower
	}
	b = be.AppendUint32(b, uint32(r.maxBytes))
	if r.version >= 7 {
		b = be.AppendUint32(b, 0) // nothing to forget
	}
	if r.version >= 11 {
		b = appendString(b, "") // rack
	}
	be.PutUint32(b, uint32(len(b)-4))
	return b
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

var (
	_ protocol.BrokerMessage = (*fetchRequest)(nil)
	_ protocol.RawExchanger  = (*fetchRequest)(nil)
)
