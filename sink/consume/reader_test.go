package consume

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/schemas/recordbatch"
)

// script answers fetches from byte strings, one after the other; the last one stays.
type script struct {
	answers [][]byte
	end     int64
	asked   []int64
}

func (s *script) RoundTrip(_ context.Context, _ net.Addr, req kafka.Request) (kafka.Response, error) {
	r := req.(*fetchRequest)
	s.asked = append(s.asked, r.offset)
	a := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	b := r.buffer(len(a))
	copy(b, a)
	return &fetchResponse{highWatermark: s.end, records: b}, nil
}

// sealed is a batch of n records from offset base on, values "base".."base+n-1".
func sealed(base int64, n int, change func([]byte)) []byte {
	var b recordbatch.Builder
	b.Reset(nil, 1000)
	for i := range n {
		v := strconv.AppendInt(nil, base+int64(i), 10)
		b.Append(1000, v, v, "tidemark", []byte("h"))
	}
	raw := b.Seal(recordbatch.NoProducer)
	return stamped(raw, base, change)
}

func stamped(raw []byte, base int64, change func([]byte)) []byte {
	raw = bytes.Clone(raw)
	binary.BigEndian.PutUint64(raw, uint64(base)) // outside the checksum
	if change != nil {
		change(raw)
	}
	return raw
}

func reader(s *script, next int64) *Reader {
	r := NewReader(Broker{Transport: s}, "t", 0, next)
	r.Attempts, r.Pause = 3, time.Microsecond
	return r
}

// read polls until the offset and gives the values on the way.
func read(t *testing.T, r *Reader, until int64) (values []string, err error) {
	for r.Next() < until {
		c, err := r.Poll(t.Context(), time.Millisecond)
		if err != nil {
			return values, err
		}
		for c.Next() {
			require.Equal(t, r.Next()-1, c.Record().Offset)
			values = append(values, string(c.Record().Value))
		}
		if c.Err() != nil {
			return values, c.Err()
		}
	}
	return values, nil
}

func TestReaderGivesEachOffsetOnce(t *testing.T) {
	s := &script{end: 9, answers: [][]byte{
		bytes.Join([][]byte{sealed(2, 3, nil), sealed(5, 2, nil), sealed(7, 2, nil)[:70]}, nil), // the last one is cut off
		sealed(7, 2, nil),
	}}
	r := reader(s, 3) // inside the first batch
	got, err := read(t, r, 9)
	require.NoError(t, err)
	require.Equal(t, []string{"3", "4", "5", "6", "7", "8"}, got)
	require.Equal(t, []int64{3, 7}, s.asked)
	require.Zero(t, r.Behind())
	require.Zero(t, r.Skipped())
}

// kafka-go's own fetch passes over all of these without a word.
func TestReaderNeverPassesOverWhatIsMissing(t *testing.T) {
	drop := func(b []byte) []byte { // the batch claims three records, its last offset says five
		binary.BigEndian.PutUint32(b[23:], 4)
		return b
	}
	for name, bad := range map[string][]byte{
		"a gap between batches": bytes.Join([][]byte{sealed(0, 2, nil), sealed(4, 2, nil)}, nil),
		"a damaged byte":        bytes.Join([][]byte{sealed(0, 2, nil), sealed(2, 2, func(b []byte) { b[len(b)-3] ^= 1 })}, nil),
		"an old magic":          bytes.Join([][]byte{sealed(0, 2, nil), sealed(2, 2, func(b []byte) { b[16] = 1 })}, nil),
		"offsets at the end":    bytes.Join([][]byte{sealed(0, 2, nil), rechecked(drop(sealed(2, 3, nil)))}, nil),
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{end: 10, answers: [][]byte{bad}}
			got, err := read(t, reader(s, 0), 10)
			require.ErrorIs(t, err, ErrBroken)
			require.Equal(t, []string{"0", "1"}, got[:2], "what is whole is handed over once")
			require.GreaterOrEqual(t, len(s.asked), 3)

			s = &script{end: 4, answers: [][]byte{bad, sealed(2, 2, nil)}}
			if name == "offsets at the end" { // the records of the faulty batch are whole and were handed over
				s = &script{end: 7, answers: [][]byte{bad, sealed(5, 2, nil)}}
			}
			got, err = read(t, reader(s, 0), s.end)
			require.NoError(t, err, "a fault that is gone on the next fetch is mended")
			for i, v := range got {
				require.Equal(t, strconv.Itoa(i), v)
			}
		})
	}
}

func rechecked(b []byte) []byte {
	binary.BigEndian.PutUint32(b[17:], crc(b[21:]))
	return b
}

func TestReaderInACompactedTopic(t *testing.T) {
	s := &script{end: 9, answers: [][]byte{bytes.Join([][]byte{sealed(1, 2, nil), sealed(7, 2, nil)}, nil)}}
	r := reader(s, 0)
	r.Compacted = true
	got, err := read(t, r, 9)
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2", "7", "8"}, got)
	require.EqualValues(t, 5, r.Skipped())
}

func TestReaderPassesTransactionMarkers(t *testing.T) {
	marker := rechecked(func(b []byte) []byte { b[22] |= 0x20; return b }(sealed(2, 1, nil)))
	s := &script{end: 5, answers: [][]byte{bytes.Join([][]byte{sealed(0, 2, nil), marker, sealed(3, 2, nil)}, nil)}}
	r := reader(s, 0)
	got, err := read(t, r, 5)
	require.NoError(t, err)
	require.Equal(t, []string{"0", "1", "3", "4"}, got)
	require.EqualValues(t, 1, r.Skipped())
}

func TestReaderDecompresses(t *testing.T) {
	var b recordbatch.Builder
	b.Reset(nil, 1000)
	for i := range 1000 {
		v := strconv.AppendInt(nil, int64(i), 10)
		b.Append(1000, nil, v, "", nil)
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, err := w.Write(b.Records())
	require.NoError(t, err)
	require.NoError(t, w.Close())
	raw := b.SealCompressed(nil, recordbatch.NoProducer, recordbatch.Gzip, z.Bytes())[4:]
	got, err := read(t, reader(&script{end: 1000, answers: [][]byte{raw}}, 0), 1000)
	require.NoError(t, err)
	require.Len(t, got, 1000)
	require.Equal(t, "999", got[999])
}

func TestReaderAllocatesNothingPerRecord(t *testing.T) {
	s := &script{end: 1 << 40, answers: [][]byte{nil}}
	r := reader(s, 0)
	allocs := testing.AllocsPerRun(20, func() {
		s.answers[0] = stamped(batch5000, r.Next(), nil)
		c, err := r.Poll(t.Context(), time.Millisecond)
		require.NoError(t, err)
		for c.Next() {
		}
		require.NoError(t, c.Err())
	})
	require.Less(t, allocs, 50.0, "5000 records")
}

var batch5000 = sealed(0, 5000, nil)

func FuzzAnswer(f *testing.F) {
	f.Add(make([]byte, 64), int16(4))
	f.Add(make([]byte, 64), int16(11))
	f.Fuzz(func(t *testing.T, b []byte, version int16) {
		r := &fetchRequest{topic: "t", version: version}
		res, err := r.decode(b)
		if err == nil && len(res.records) > len(b) {
			t.Fatal("more than there is")
		}
	})
}
