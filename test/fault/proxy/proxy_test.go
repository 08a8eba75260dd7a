package proxy

import (
	"bufio"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// echo is a server that answers every line, and counts them.
func echo(t *testing.T) (addr string, lines *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	lines = new(atomic.Int64)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for r := bufio.NewReader(c); ; {
					line, err := r.ReadBytes('\n')
					if err != nil {
						return
					}
					lines.Add(1)
					_, _ = c.Write(line)
				}
			}()
		}
	}()
	return l.Addr().String(), lines
}

func between(t *testing.T) (p *Proxy, lines *atomic.Int64) {
	t.Helper()
	addr, lines := echo(t)
	p, err := Open(t.Context(), "127.0.0.1:0", addr)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p, lines
}

func dial(t *testing.T, p *Proxy) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr())
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// ask sends a line and gives the error of its answer.
func ask(c net.Conn, line string) error {
	if _, err := io.WriteString(c, line+"\n"); err != nil {
		return err
	}
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	have := make([]byte, len(line)+1)
	_, err := io.ReadFull(c, have)
	if err == nil && string(have) != line+"\n" {
		return io.ErrUnexpectedEOF
	}
	return err
}

func TestACutEndsConnectionsAndRefusesNewOnesUntilItIsCleared(t *testing.T) {
	p, _ := between(t)
	c := dial(t, p)
	require.NoError(t, ask(c, "before"))
	p.Suffer("a", Weather{Cut: true})
	p.Suffer("b", Weather{Cut: true})
	require.Error(t, ask(c, "cut"))
	require.Error(t, ask(dial(t, p), "new"))
	p.Clear("a")
	require.Error(t, ask(dial(t, p), "still cut by b"))
	p.Clear("b")
	require.NoError(t, ask(dial(t, p), "after"))
}

// The request went through, its answer did not: what a lost acknowledgement is.
func TestLostAnswersBelongToRequestsThatWereDone(t *testing.T) {
	p, lines := between(t)
	c := dial(t, p)
	require.NoError(t, ask(c, "one"))
	p.Suffer("lose", Weather{Down: Stream{Lose: true}})
	require.Error(t, ask(c, "two"))
	require.EqualValues(t, 2, lines.Load())
	p.Clear("lose")
	require.Error(t, ask(c, "a connection with a hole in it is never used again"))
	require.NoError(t, ask(dial(t, p), "three"))
}

func TestLoseAfterLetsAHandshakePass(t *testing.T) {
	p, _ := between(t)
	p.Suffer("lose", Weather{Down: Stream{Lose: true, LoseAfter: 4}})
	c := dial(t, p)
	require.NoError(t, ask(c, "abc"))
	require.Error(t, ask(c, "def"))
}

// Held bytes come when the weather is better, each once and in order.
func TestHeldAndDelayedBytesAllArrive(t *testing.T) {
	p, lines := between(t)
	c := dial(t, p)
	p.Suffer("hold", Weather{Up: Stream{Hold: true}})
	answered := make(chan error, 1)
	go func() { answered <- ask(c, "held") }()
	require.Never(t, func() bool { return lines.Load() > 0 }, 100*time.Millisecond, 10*time.Millisecond)
	p.Suffer("slow", Weather{Up: Stream{Delay: 20 * time.Millisecond}, Down: Stream{Rate: 1000}})
	p.Clear("hold")
	require.NoError(t, <-answered)
	for range 20 {
		require.NoError(t, ask(c, "a line that is longer than a tenth of a second's bytes are: it goes in many pieces, in their order"))
	}
}

// A peer that reads nothing must not keep the weather from changing.
func TestAStoppedPeerHoldsNobodyUp(t *testing.T) {
	p, _ := between(t)
	stopped := dial(t, p)
	go func() {
		for line := make([]byte, 1<<16); ; {
			line[len(line)-1] = '\n'
			if _, err := stopped.Write(line); err != nil {
				return
			}
		}
	}()
	time.Sleep(50 * time.Millisecond) // until the buffers are full; sooner shows less, and is no failure
	p.Suffer("slow", Weather{Down: Stream{Delay: time.Millisecond}})
	p.Clear("slow")
	require.NoError(t, ask(dial(t, p), "another one"))
	p.Suffer("cut", Weather{Cut: true})
	p.Clear("cut")
	require.NoError(t, ask(dial(t, p), "and after a cut"))
}
