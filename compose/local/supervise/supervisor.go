// Package supervise keeps the parts of a local stack running, and answers about them on a unix socket.
package supervise

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"syscall"

	"github.com/tidemark-cdc/tidemark/compose/local/part"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// Supervisor runs the parts of one stack.
type Supervisor struct {
	site   *site.Site
	parts  func(names []string) ([]part.Part, error)
	mu     sync.Mutex
	units  []*unit // in starting order
	claims map[string]net.Listener
	closed bool
}

// New supervises a site; nothing runs yet.
func New(s *site.Site) *Supervisor {
	return &Supervisor{site: s, parts: part.Select, claims: map[string]net.Listener{}}
}

// Up starts the named parts and what they need (no names: all). Of those that run already it restarts the ones whose
// programs, configuration or contracts have changed. contracts: "" leaves them as they are.
func (v *Supervisor) Up(names []string, contracts string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return fmt.Errorf("the stack is stopping")
	}
	parts, err := v.parts(names)
	if err != nil {
		return err
	}
	if err := v.claimLocked(parts, contracts); err != nil {
		return err
	}
	for _, u := range v.units {
		u.renew(v.site)
	}
	for _, p := range parts {
		if v.findLocked(p.Name) == nil {
			v.startLocked(p)
		}
	}
	return nil
}

// claimLocked takes all ports before anything starts, so that a taken one leaves nothing half up.
func (v *Supervisor) claimLocked(parts []part.Part, contracts string) error {
	ports := v.site.Ports.Clone()
	for _, p := range parts {
		for _, name := range p.PortsOn(v.site) {
			if v.claims[name] != nil {
				continue
			}
			l, err := claim(v.site, &ports, name)
			if err != nil {
				return err
			}
			v.claims[name] = l
		}
	}
	next, err := v.site.With(ports, contracts)
	if err != nil {
		return err
	}
	v.site = next
	return ports.Save()
}

func (v *Supervisor) startLocked(p part.Part) {
	var needs []*unit
	for _, n := range p.Needs {
		needs = append(needs, v.findLocked(n))
	}
	u := newUnit(p, v.site, needs)
	ctx, cancel := context.WithCancel(context.Background())
	u.cancel = cancel
	v.units = append(v.units, u)
	go u.run(ctx)
}

// Halt stops one part for good; Up starts it again. What needs it goes on without.
func (v *Supervisor) Halt(name string) error {
	u, err := v.find(name)
	if err != nil {
		return err
	}
	u.cancel()
	<-u.gone
	v.mu.Lock()
	defer v.mu.Unlock()
	v.units = slices.DeleteFunc(slices.Clone(v.units), func(other *unit) bool { return other == u })
	return nil
}

// Restart stops one part and starts it again.
func (v *Supervisor) Restart(name string) error {
	u, err := v.find(name)
	if err == nil {
		u.restart()
	}
	return err
}

// Signal sends a signal to the process of one part.
func (v *Supervisor) Signal(name string, s syscall.Signal) error {
	u, err := v.find(name)
	if err != nil {
		return err
	}
	return u.signal(s)
}

// Status of every part that was asked for, in starting order.
func (v *Supervisor) Status() []Status {
	v.mu.Lock()
	units := v.units
	v.mu.Unlock()
	out := make([]Status, 0, len(units))
	for _, u := range units {
		out = append(out, u.snapshot())
	}
	return out
}

// Shutdown stops all parts: each one after those that need it.
func (v *Supervisor) Shutdown() {
	v.mu.Lock()
	v.closed = true
	units := v.units
	v.mu.Unlock()
	var all sync.WaitGroup
	for _, u := range units {
		all.Go(func() {
			for _, other := range units {
				for _, n := range other.needs {
					if n == u {
						<-other.gone
					}
				}
			}
			u.cancel()
			<-u.gone
		})
	}
	all.Wait()
}

func (v *Supervisor) find(name string) (*unit, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if u := v.findLocked(name); u != nil {
		return u, nil
	}
	return nil, fmt.Errorf("no part called %q is up", name)
}

func (v *Supervisor) findLocked(name string) *unit {
	for _, u := range v.units {
		if u.part.Name == name {
			return u
		}
	}
	return nil
}
