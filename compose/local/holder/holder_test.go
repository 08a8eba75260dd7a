package holder

import (
	"net"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFindsTheProcessThatListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	h, ok := Of(port)
	require.True(t, ok)
	require.Equal(t, os.Getpid(), h.PID)
	require.Equal(t, os.Getuid(), h.UID)
	require.Contains(t, h.String(), os.Args[0])

	require.NoError(t, l.Close())
	_, ok = Of(port)
	require.False(t, ok, "a closed port has no holder")
}

func TestFindsAListenerOnIPv6(t *testing.T) {
	l, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 here")
	}
	defer l.Close()
	h, ok := Of(l.Addr().(*net.TCPAddr).Port)
	require.True(t, ok)
	require.Equal(t, os.Getpid(), h.PID)
}

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:3C28 00000000:0000 01 00000000:00000000 00:00000000 00000000   101        0 111 1 0 100 0 0 10 0
   1: 0100007F:3C28 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 222 1 0 100 0 0 10 0
   2: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0 100 0 0 10 0
   3: broken
`

func TestListenerIgnoresConnections(t *testing.T) {
	s, ok := listener(strings.NewReader(table), 15400)
	require.True(t, ok)
	require.Equal(t, socket{inode: "222", uid: 101}, s, "the first line is a connection, not a listener")
	_, ok = listener(strings.NewReader(table), 15401)
	require.False(t, ok)
}

func TestAProcessThatWeMayNotSeeIsNamedByItsUser(t *testing.T) {
	require.Contains(t, Holder{UID: 1234}.String(), "uid 1234")
}
