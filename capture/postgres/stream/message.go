package stream

import (
	"encoding/binary"
	"fmt"
)

// The messages within CopyData that a walsender sends.
const (
	KindData      = 'w'
	KindKeepalive = 'k'
)

// Data is a piece of the stream: one message of the output plugin.
type Data struct {
	LSN      LSN   // where the change stands
	SendTime int64 // the server's clock, microseconds since 1970
	Payload  []byte
}

// dataHeader is kind, start, end and send time.
const dataHeader = 1 + 8 + 8 + 8

// ParseData reads a KindData message; Payload is a view of it.
func ParseData(b []byte) (Data, error) {
	if len(b) < dataHeader+1 {
		return Data{}, fmt.Errorf("replication stream: data message of %d bytes", len(b))
	}
	return Data{
		LSN:      LSN(binary.BigEndian.Uint64(b[1:])),
		SendTime: int64(binary.BigEndian.Uint64(b[17:])) + epochMicros,
		Payload:  b[dataHeader:],
	}, nil
}

// Keepalive says how far the walsender has come.
type Keepalive struct {
	// Sent is the end of the log that was decoded: every transaction whose commit begins below it has been sent.
	Sent           LSN
	SendTime       int64 // the server's clock, microseconds since 1970
	ReplyRequested bool
}

// ParseKeepalive reads a KindKeepalive message.
func ParseKeepalive(b []byte) (Keepalive, error) {
	if len(b) != 1+8+8+1 {
		return Keepalive{}, fmt.Errorf("replication stream: keepalive of %d bytes", len(b))
	}
	return Keepalive{
		Sent:           LSN(binary.BigEndian.Uint64(b[1:])),
		SendTime:       int64(binary.BigEndian.Uint64(b[9:])) + epochMicros,
		ReplyRequested: b[17] != 0,
	}, nil
}

// epochMicros is PostgreSQL's epoch, 2000-01-01, in microseconds since 1970.
const epochMicros = 946_684_800_000_000

// appendStatus writes a whole standby status update: everything up to flushed may be forgotten by the server.
func appendStatus(dst []byte, flushed LSN, now int64) []byte {
	dst = append(dst, 'd')
	dst = binary.BigEndian.AppendUint32(dst, 4+1+8+8+8+8+1)
	dst = append(dst, 'r')
	for range 3 { // written, flushed, applied
		dst = binary.BigEndian.AppendUint64(dst, uint64(flushed))
	}
	dst = binary.BigEndian.AppendUint64(dst, uint64(now-epochMicros))
	return append(dst, 0)
}
