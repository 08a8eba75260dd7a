package proxy

import (
	"net"
	"time"
)

const (
	gulp    = 32 << 10 // bytes read at once
	waiting = 256      // gulps that are on their way when there is a delay
)

type chunk struct {
	bytes []byte
	due   time.Time
}

// pump carries one direction until an end closes.
func (p *Proxy) pump(one *pair, from, to net.Conn, side func(Weather) Stream) {
	way := make(chan chunk, waiting)
	done := make(chan struct{})
	go func() {
		defer close(done)
		deliver(one, to, way)
	}()
	p.collect(one, from, way, side)
	close(way)
	<-done
	one.close()
}

// collect reads what comes, in the weather that there is when it has come.
func (p *Proxy) collect(one *pair, from net.Conn, way chan<- chunk, side func(Weather) Stream) {
	passed, lost := 0, false
	for {
		s := p.calm(one, side)
		buf := make([]byte, portion(s.Rate))
		n, err := from.Read(buf)
		s = p.calm(one, side) // the read may have begun in other weather
		switch {
		case n == 0:
		case lost || s.Lose && passed >= s.LoseAfter:
			if !lost {
				time.AfterFunc(LoseFor, one.close)
			}
			lost = true
		default:
			passed += n
			if s.Rate > 0 && !rest(one, time.Duration(n)*time.Second/time.Duration(s.Rate)) {
				return
			}
			select {
			case way <- chunk{buf[:n], time.Now().Add(s.Delay)}:
			case <-one.gone:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// calm waits while bytes are held.
func (p *Proxy) calm(one *pair, side func(Weather) Stream) Stream {
	for {
		w, changed := p.now()
		if s := side(w); !s.Hold {
			return s
		}
		select {
		case <-changed:
		case <-one.gone:
			return Stream{}
		}
	}
}

// portion keeps a slow connection trickling rather than stopping and bursting.
func portion(rate int) int {
	if rate == 0 {
		return gulp
	}
	return min(gulp, max(1, rate/10))
}

func deliver(one *pair, to net.Conn, way <-chan chunk) {
	for c := range way {
		if !rest(one, time.Until(c.due)) {
			continue // drained, so that collect is not left waiting
		}
		if _, err := to.Write(c.bytes); err != nil {
			one.close()
		}
	}
}

// rest waits, and says false when the connection has gone meanwhile.
func rest(one *pair, d time.Duration) bool {
	if d <= 0 {
		select {
		case <-one.gone:
			return false
		default:
			return true
		}
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-one.gone:
		return false
	case <-timer.C:
		return true
	}
}
