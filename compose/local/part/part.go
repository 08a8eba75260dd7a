// Package part describes every server and program of the local stack: one entry each.
package part

import (
	"context"
	"errors"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/local/process"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// ErrAbsent is wrapped by Prepare when a part cannot be there yet (its program is not built): it is skipped,
// not retried.
var ErrAbsent = errors.New("not there")

// Part is one supervised process of the stack.
type Part struct {
	Name    string
	Needs   []string                                // parts that must be ready before
	Ports   []string                                // its ports' names; the first one is its address
	Fetch   []string                                // downloads that it needs, by name
	Prepare func(context.Context, *site.Site) error // before each start; repeatable
	Spec    func(*site.Site) (process.Spec, error)  // how it is started
	Ready   func(context.Context, *site.Site) error // asks it a real question in its own protocol
	Settle  func(context.Context, *site.Site) error // once it is ready; repeatable
	// A watched part is asked for as long as it lives whether it is ready, and never killed because it is not: it
	// says itself what is the matter and may wait for a person.
	Watched bool
	Within  time.Duration             // how long its start may take; 0: two minutes
	Files   func(*site.Site) []string // a change in one of these is a reason for a restart
	Ways    []string                  // ports that it needs besides on a proxied site
	Extra   bool                      // runs only when it is named
}

// All are the parts in the order in which they start; a part comes after what it needs.
func All() []Part {
	return []Part{postgres(), kafka(), mongo(), clickhouse(), capture(site.Capture), sink(site.Sink), capture(site.Standby), sink(site.Sink2), sink(site.Sink3), superset()}
}

// PortsOn are the ports that the part takes on a site.
func (p Part) PortsOn(s *site.Site) []string {
	if s.Proxied {
		return append(append([]string{}, p.Ports...), p.Ways...)
	}
	return p.Ports
}

// Names are the names of some parts.
func Names(parts []Part) []string {
	var names []string
	for _, p := range parts {
		names = append(names, p.Name)
	}
	return names
}

// Select are the named parts and what they need, in starting order; no names: all but the extra ones.
func Select(names []string) ([]Part, error) {
	want := map[string]bool{}
	all := All()
	for _, n := range names {
		want[n] = true
	}
	var chosen []Part
	for i := len(all) - 1; i >= 0; i-- { // backwards: what needs comes after what is needed
		if p := all[i]; want[p.Name] || len(names) == 0 && !p.Extra {
			for _, n := range p.Needs {
				want[n] = true
			}
			chosen = append([]Part{p}, chosen...)
			delete(want, p.Name)
		}
	}
	for n := range want {
		return nil, &UnknownError{Name: n, Known: Names(all)}
	}
	return chosen, nil
}
