package stream

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
)

func frame(kind byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{kind}, uint32(4+len(body))), body...)
}

// pipe gives a frame reader and the server's end of its connection.
func pipe(t testing.TB) (*frames, net.Conn) {
	near, far := net.Pipe()
	t.Cleanup(func() { near.Close(); far.Close() })
	return &frames{conn: near, buf: make([]byte, bufferSize)}, far
}

// However the bytes are cut on their way, the frames come out whole and in order, also those larger than the buffer.
func TestFramesSurviveEveryCut(t *testing.T) {
	requireFrames(t, [][]byte{[]byte("a"), {}, bytes.Repeat([]byte("b"), 1000), []byte("c")}, 7)
	bodies := [][]byte{[]byte("a"), {}, bytes.Repeat([]byte("b"), 3*bufferSize), []byte("c"), bytes.Repeat([]byte("d"), bufferSize-3), []byte("e")}
	for _, size := range []int{1000, 4096, bufferSize - 1, bufferSize, 10 * bufferSize} {
		requireFrames(t, bodies, size)
	}
}

// requireFrames sends frames in pieces of size bytes.
func requireFrames(t *testing.T, bodies [][]byte, size int) {
	t.Helper()
	var all []byte
	for _, b := range bodies {
		all = append(all, frame('d', b)...)
	}
	f, far := pipe(t)
	go func() {
		for rest := all; len(rest) > 0; {
			n := min(size, len(rest))
			if _, err := far.Write(rest[:n]); err != nil {
				return
			}
			rest = rest[n:]
		}
	}()
	for i, want := range bodies {
		kind, body, ok := f.next()
		for !ok {
			require.NoError(t, f.fill(time.Now().Add(10*time.Second)))
			kind, body, ok = f.next()
		}
		require.Equal(t, byte('d'), kind)
		require.True(t, bytes.Equal(want, body), "frame %d of %d bytes in pieces of %d", i, len(want), size)
	}
	require.NoError(t, f.room())
}

func TestFillEnds(t *testing.T) {
	f, far := pipe(t)
	require.ErrorIs(t, f.fill(time.Now().Add(time.Millisecond)), ErrIdle)
	go func() { _, _ = far.Write([]byte{'d', 0xff, 0xff, 0xff, 0xff}) }()
	require.NoError(t, f.fill(time.Time{}))
	require.ErrorContains(t, f.fill(time.Time{}), "out of step")
	f, far = pipe(t)
	far.Close()
	err := f.fill(time.Time{})
	require.Error(t, err)
	require.False(t, errors.Is(err, ErrIdle))
}

func TestControl(t *testing.T) {
	require.NoError(t, control('N', nil))
	require.ErrorIs(t, control('c', nil), ErrEnded)
	require.Error(t, control('?', nil))
	err := control('E', []byte("SFATAL\x00VFATAL\x00C57P01\x00Mterminating connection\x00\x00"))
	var pg *pgconn.PgError
	require.ErrorAs(t, err, &pg)
	require.Equal(t, "57P01", pg.Code)
}

// The bytes of these messages were captured from PostgreSQL 15.
func TestMessages(t *testing.T) {
	d, err := ParseData([]byte("w\x00\x00\x00\x00\x01\x97\x44\x30\x00\x00\x00\x00\x01\x97\x44\x30\x00\x03\x03\xf2\x69\xb2\xb1\xafC!"))
	require.NoError(t, err)
	require.Equal(t, LSN(0x1974430), d.LSN)
	require.Equal(t, "C!", string(d.Payload))
	require.Equal(t, 2026, time.UnixMicro(d.SendTime).UTC().Year())
	k, err := ParseKeepalive([]byte("k\x00\x00\x00\x16\xb3\x74\xd8\x48\x00\x03\x03\xf2\x69\xb2\xb1\xaf\x01"))
	require.NoError(t, err)
	require.Equal(t, "16/B374D848", k.Sent.String())
	require.True(t, k.ReplyRequested)
	for n := range dataHeader + 1 {
		_, err = ParseData(make([]byte, n))
		require.Error(t, err)
	}
	_, err = ParseKeepalive(make([]byte, 17))
	require.Error(t, err)
}

func TestStatusUpdate(t *testing.T) {
	b := appendStatus(nil, 0x16B374D848, epochMicros+1)
	require.Equal(t, "d\x00\x00\x00\x26r\x00\x00\x00\x16\xb3\x74\xd8\x48\x00\x00\x00\x16\xb3\x74\xd8\x48\x00\x00\x00\x16\xb3\x74\xd8\x48\x00\x00\x00\x00\x00\x00\x00\x01\x00", string(b))
}

func FuzzFrames(f *testing.F) {
	f.Add(append(frame('d', []byte("wabc")), frame('E', []byte("C1\x00\x00"))...))
	f.Fuzz(func(t *testing.T, b []byte) {
		fr := &frames{buf: append([]byte(nil), b...), w: len(b)}
		for {
			kind, body, ok := fr.next()
			if !ok {
				break
			}
			if kind == 'd' {
				_, _ = ParseData(body)
				_, _ = ParseKeepalive(body)
			} else {
				_ = control(kind, body)
			}
		}
		if fr.w-fr.r >= frameHead {
			n := binary.BigEndian.Uint32(fr.buf[fr.r+1:])
			if int(n)+1 <= fr.w-fr.r && n >= 4 {
				t.Fatalf("a whole frame of %d bytes was left", n)
			}
		}
	})
}
