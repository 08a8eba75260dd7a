// Package stack runs a local stack from a Go program: for tests that need the real servers, and for the command
// line. Two stacks run at once when each has a folder and Ports "auto".
package stack

import (
	"io"
	"os"

	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// Options of a stack. The zero value, with a Dir, is every part on the standard ports.
type Options struct {
	Dir       string   // its folder
	Parts     string   // downloads, shared between stacks; default: $TIDEMARK_PARTS, else .local/parts of the repository
	Bin       string   // folder of capture, sink, ...; default: bin of the repository
	Contracts string   // folder of the contracts; default: the remembered ones, else schemas/shop
	Ports     string   // "auto", or "name=number,..."; default: the remembered or the standard ones
	Only      []string // parts to run, with what they need; none: all
	Program   string   // the `local` program; default: built from the sources
	Detach    bool     // outlives this process; otherwise it stops when this process ends, however it ends
	Discard   bool     // its data is removed when it stops, also when it stops because this process ended
	Proxied   bool     // capture and sink find the servers at ports of their own (site.Way), where the caller puts proxies
	Progress  io.Writer
	OnChange  func(parts []Status) // called at every look while the stack starts
}

func (o Options) site() (*site.Site, error) {
	if o.Parts == "" {
		o.Parts = os.Getenv("TIDEMARK_PARTS")
	}
	return site.Open(site.Options{Dir: o.Dir, Parts: o.Parts, Bin: o.Bin, Contracts: o.Contracts, Ports: o.Ports, Proxied: o.Proxied})
}
