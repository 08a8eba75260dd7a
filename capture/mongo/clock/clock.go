// Package clock reads MongoDB's logical clock: clusterTime, seconds and an increment within the second.
package clock

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Time is a clusterTime as seconds << 32 | increment, which sorts as the server sorts it. Zero: none.
type Time uint64

// Of converts the driver's form.
func Of(t bson.Timestamp) Time { return Time(t.T)<<32 | Time(t.I) }

// BSON converts to the driver's form.
func (t Time) BSON() bson.Timestamp { return bson.Timestamp{T: uint32(t >> 32), I: uint32(t)} }

// Micros is the second that t lies in, in microseconds since 1970.
func (t Time) Micros() int64 { return int64(t>>32) * 1_000_000 }

// String is "2026-01-02T15:04:05Z+7": the second and the increment.
func (t Time) String() string {
	return fmt.Sprintf("%s+%d", time.Unix(int64(t>>32), 0).UTC().Format(time.RFC3339), uint32(t))
}

// tokenTime is the first byte of mongod's resume tokens: the type byte of a timestamp in the sortable form (KeyString)
// that the token's text is the hex of.
const tokenTime = 0x82

// OfToken reads the clusterTime that mongod's resume tokens begin with. Nothing documents the form, so ok is false for
// whatever does not look like one or does not lie within [from, to], and the caller must do without.
func OfToken(token bson.Raw, from, to Time) (t Time, ok bool) {
	data, isText := token.Lookup("_data").StringValueOK()
	if !isText || len(data) < 18 {
		return 0, false
	}
	var b [9]byte
	if _, err := hex.Decode(b[:], []byte(data[:18])); err != nil || b[0] != tokenTime {
		return 0, false
	}
	t = Time(binary.BigEndian.Uint64(b[1:]))
	return t, t >= from && t <= to
}
