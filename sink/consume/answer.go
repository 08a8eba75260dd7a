package consume

import (
	"fmt"

	"github.com/segmentio/kafka-go/protocol"
)

// fetchResponse is the one partition's answer.
type fetchResponse struct {
	// code is the broker's error code, 0 for none.
	code          int16
	highWatermark int64
	logStart      int64 // -1 when the broker does not say
	records       []byte
}

// ApiKey makes it a message of kafka-go's protocol.
func (*fetchResponse) ApiKey() protocol.ApiKey { return protocol.Fetch }

// decode reads the answer from b, without its size. The records stay a part of b.
func (r *fetchRequest) decode(b []byte) (*fetchResponse, error) {
	c := fields{b: b}
	c.skip(4 + 4) // correlation id, throttle time
	res := &fetchResponse{logStart: -1}
	if r.version >= 7 {
		if res.code = c.int16(); res.code != 0 {
			return res, nil
		}
		c.skip(4) // session
	}
	if n := c.int32(); n != 1 {
		return nil, fmt.Errorf("fetch %s/%d: %d topics in the answer", r.topic, r.partition, n)
	}
	c.skip(int(c.int16()))
	if n := c.int32(); n != 1 {
		return nil, fmt.Errorf("fetch %s/%d: %d partitions in the answer", r.topic, r.partition, n)
	}
	if p := c.int32(); p != r.partition {
		return nil, fmt.Errorf("fetch %s/%d: answer for partition %d", r.topic, r.partition, p)
	}
	res.code = c.int16()
	res.highWatermark = c.int64()
	c.skip(8) // last stable offset
	if r.version >= 5 {
		res.logStart = c.int64()
	}
	if n := c.int32(); n > 0 { // aborted transactions
		c.skip(int(n) * 16)
	}
	if r.version >= 11 {
		c.skip(4) // preferred replica
	}
	if n := c.int32(); n > 0 {
		res.records = c.take(int(n))
	}
	if c.bad {
		return nil, fmt.Errorf("fetch %s/%d: answer of %d bytes is cut short", r.topic, r.partition, len(b))
	}
	return res, nil
}
