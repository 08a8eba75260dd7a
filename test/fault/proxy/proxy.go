// Package proxy stands between a client and a server on TCP and lets what passes suffer:
// cut, held, delayed, slow, or with the answers lost after the request went through.
//
// Each wish for bad weather has a name of its own, so that several may stand at once
// and each can be taken back at any time, whatever the peers are doing: they may be
// stopped and read nothing, which is when a proxy must not wait for them.
package proxy

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"
)

// Proxy passes connections on. Its methods may be called by several goroutines.
type Proxy struct {
	upstream string
	listener net.Listener

	mu      sync.Mutex
	wishes  map[string]Weather
	sky     Weather       // of all wishes
	changed chan struct{} // closed when sky changes
	pairs   map[*pair]struct{}
}

// Open listens at an address and passes on to another one.
func Open(ctx context.Context, listen, upstream string) (*Proxy, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("open a proxy to %s: %w", upstream, err)
	}
	p := &Proxy{upstream: upstream, listener: l, wishes: map[string]Weather{}, changed: make(chan struct{}), pairs: map[*pair]struct{}{}}
	go p.accept()
	return p, nil
}

// Addr is where it listens.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Close ends the proxy and every connection.
func (p *Proxy) Close() {
	_ = p.listener.Close()
	p.Reset()
}

// Reset closes every connection; new ones are taken.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for pair := range p.pairs {
		pair.close()
	}
}

// Suffer adds bad weather under a name, or changes it.
func (p *Proxy) Suffer(name string, w Weather) {
	p.mu.Lock()
	p.wishes[name] = w
	p.changeLocked()
	p.mu.Unlock()
	if w.Cut {
		p.Reset()
	}
}

// Clear takes the weather of a name away; what is not there is no error.
func (p *Proxy) Clear(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.wishes, name)
	p.changeLocked()
}

func (p *Proxy) changeLocked() {
	p.sky = Weather{}
	for _, w := range p.wishes {
		p.sky = p.sky.with(w)
	}
	close(p.changed)
	p.changed = make(chan struct{})
}

// now is the weather, and what closes when it changes.
func (p *Proxy) now() (Weather, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sky, p.changed
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.serve(client)
	}
}

// serve joins a client with a connection of its own to the server.
func (p *Proxy) serve(client net.Conn) {
	if w, _ := p.now(); w.Cut {
		reset(client)
		return
	}
	server, err := net.DialTimeout("tcp", p.upstream, 10*time.Second)
	if err != nil {
		reset(client)
		return
	}
	one := &pair{client: client, server: server, gone: make(chan struct{})}
	p.mu.Lock()
	p.pairs[one] = struct{}{}
	cut := p.sky.Cut
	p.mu.Unlock()
	if cut { // it came while we dialled
		one.close()
	}
	var both sync.WaitGroup
	both.Go(func() { p.pump(one, client, server, func(w Weather) Stream { return w.Up }) })
	both.Go(func() { p.pump(one, server, client, func(w Weather) Stream { return w.Down }) })
	both.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.pairs, one)
}

// pair is a connection with both its ends.
type pair struct {
	client, server net.Conn
	once           sync.Once
	gone           chan struct{}
}

func (c *pair) close() {
	c.once.Do(func() {
		close(c.gone)
		reset(c.client)
		reset(c.server)
	})
}

// reset closes a connection at once: what was not sent is thrown away, as when a
// machine between the two goes away.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}
