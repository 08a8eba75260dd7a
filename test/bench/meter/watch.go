package meter

import "time"

// Watch keeps the last usage of a process that ends by itself.
type Watch struct {
	stop chan struct{}
	last chan Usage
}

// Follow reads the usage of the process that pid names, every 20 ms, until Last or until
// the process is gone. pid is asked until it knows one: 0 means not yet.
func Follow(pid func() int) *Watch {
	w := &Watch{stop: make(chan struct{}), last: make(chan Usage, 1)}
	go w.run(pid)
	return w
}

func (w *Watch) run(pid func() int) {
	var last Usage
	id := 0
	for {
		if id == 0 {
			id = pid()
		}
		if id != 0 {
			u, err := Read(id)
			if err != nil {
				break
			}
			last = Usage{CPU: max(last.CPU, u.CPU), Peak: max(last.Peak, u.Peak)}
		}
		select {
		case <-w.stop:
			w.last <- last
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
	w.last <- last
}

// Last stops watching and gives the last usage that was seen; zero when there was none.
func (w *Watch) Last() Usage {
	close(w.stop)
	return <-w.last
}
