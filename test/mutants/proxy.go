package mutants

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
)

// proxy stands between a sink and ClickHouse. It can refuse large inserts before they
// arrive, or lose the answer to one that was carried out; small requests (pings, seals'
// checks, ops.applied) pass.
type proxy struct {
	to     string
	listen net.Listener
	mode   atomic.Int32
	struck chan struct{} // holds a token after the fault hit something

	mu   sync.Mutex
	open map[net.Conn]bool
}

// What a proxy does.
const (
	pass   = iota
	refuse // an insert does not arrive
	mute   // an insert arrives, its answer does not
)

// large is what a request has at least to be taken for an insert of rows, in bytes since
// the server last answered.
const large = 6 << 10

func newProxy(to string) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{to: to, listen: l, struck: make(chan struct{}, 1), open: map[net.Conn]bool{}}
	go p.accept()
	return p, nil
}

func (p *proxy) addr() string { return p.listen.Addr().String() }

func (p *proxy) set(mode int32) {
	select {
	case <-p.struck:
	default:
	}
	p.mode.Store(mode)
}

func (p *proxy) accept() {
	for {
		client, err := p.listen.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.to)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.keep(client, server)
		go p.link(client, server)
	}
}

func (p *proxy) link(client, server net.Conn) {
	var sent atomic.Int64 // by the client since the server last answered
	var ways sync.WaitGroup
	end := func() { _, _ = client.Close(), server.Close() }
	ways.Go(func() { defer end(); p.up(client, server, &sent) })
	ways.Go(func() { defer end(); p.down(client, server, &sent) })
	ways.Wait()
	p.forget(client, server)
}

// up carries requests. A refused insert may have reached the server in part; a block is
// only worked on when it is there whole.
func (p *proxy) up(client, server net.Conn, sent *atomic.Int64) {
	buf := make([]byte, 4<<10)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		if sent.Add(int64(n)) > large && p.mode.Load() == refuse {
			p.hit()
			return
		}
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
	}
}

// down carries answers. The client's end is cut only after the server has answered, so
// what it answers to is done.
func (p *proxy) down(client, server net.Conn, sent *atomic.Int64) {
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		if err != nil {
			return
		}
		if sent.Swap(0) > large && p.mode.Load() == mute {
			p.drain(server, buf[n-1])
			return
		}
		if _, err := client.Write(buf[:n]); err != nil {
			return
		}
	}
}

// drain reads what the server still says until it is done with the insert; last is the
// last byte that it has said.
func (p *proxy) drain(server net.Conn, last byte) {
	buf := make([]byte, 64<<10)
	for last != endOfStream {
		n, err := server.Read(buf)
		if err != nil {
			break
		}
		last = buf[n-1]
	}
	p.hit()
}

// endOfStream is the native protocol's last packet of an answer.
const endOfStream = 5

func (p *proxy) hit() {
	select {
	case p.struck <- struct{}{}:
	default:
	}
}

func (p *proxy) keep(all ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range all {
		p.open[c] = true
	}
}

func (p *proxy) forget(all ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range all {
		delete(p.open, c)
	}
}

func (p *proxy) close() error {
	err := p.listen.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		if e := c.Close(); !errors.Is(e, net.ErrClosed) {
			err = errors.Join(err, e)
		}
	}
	return err
}
