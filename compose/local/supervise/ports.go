package supervise

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/local/holder"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// TakenError is a port that somebody else listens on.
type TakenError struct {
	Name   string
	Port   int
	Holder string
}

func (e *TakenError) Error() string {
	return fmt.Sprintf("port %d (%s) is taken by %s.\nChoose another with --ports %s=NUMBER (make: TIDEMARK_PORTS=%s=NUMBER), or free ones with --ports auto",
		e.Port, e.Name, e.Holder, e.Name, e.Name)
}

// claim makes sure that a port is free and keeps other stacks from choosing it: a port chosen now is listened on
// only when its part starts, seconds later. The claim is an abstract unix socket: it vanishes with this process.
func claim(s *site.Site, ports *site.Ports, name string) (net.Listener, error) {
	for range 200 {
		port := ports.Number[name]
		if port == 0 {
			port = 20000 + rand.IntN(12000) // below the ports that the kernel gives to outgoing connections
		}
		l, err := try(s, name, port)
		if err == nil {
			ports.Number[name] = port
			return l, nil
		}
		if !ports.Auto {
			return nil, err
		}
		ports.Number[name] = 0
	}
	return nil, fmt.Errorf("found no free port for %s", name)
}

func try(s *site.Site, name string, port int) (net.Listener, error) {
	mark, err := net.Listen("unix", fmt.Sprintf("@tidemark-port-%d", port))
	if err != nil {
		return nil, &TakenError{Name: name, Port: port, Holder: "another stack of ours that is starting or running" + whose(port)}
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			l.Close()
			return mark, nil
		}
		h, ok := holder.Of(port)
		// What an earlier supervisor of this stack left behind when it was killed is ending just now.
		ours := ok && (strings.Contains(h.Command, s.Dir) || strings.Contains(h.Command, s.Aside()))
		if (ok && !ours) || time.Now().After(end) {
			mark.Close()
			return nil, &TakenError{Name: name, Port: port, Holder: h.String()}
		}
	}
}

func whose(port int) string {
	if h, ok := holder.Of(port); ok {
		return " (" + h.String() + ")"
	}
	return ""
}
