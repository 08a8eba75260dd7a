package serve

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Health is what /readyz answers. The process lives as long as it answers at all; it is
// ready once it has joined its group and while no partition waits for an operator.
type Health struct {
	mu      sync.Mutex
	joined  bool
	stopped map[string]string
}

// Joined notes that the group has assigned partitions.
func (h *Health) Joined() {
	h.mu.Lock()
	h.joined = true
	h.mu.Unlock()
}

// Stop notes why a partition waits for an operator; Start takes it back.
func (h *Health) Stop(what string, reason error) {
	h.mu.Lock()
	if h.stopped == nil {
		h.stopped = map[string]string{}
	}
	h.stopped[what] = reason.Error()
	h.mu.Unlock()
}

// Start notes that a partition is worked on.
func (h *Health) Start(what string) {
	h.mu.Lock()
	delete(h.stopped, what)
	h.mu.Unlock()
}

// Ready gives nil, or why not.
func (h *Health) Ready() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.joined {
		return fmt.Errorf("the consumer group has not assigned anything yet")
	}
	if len(h.stopped) == 0 {
		return nil
	}
	var lines []string
	for _, k := range slices.Sorted(maps.Keys(h.stopped)) {
		lines = append(lines, k+": "+h.stopped[k])
	}
	return fmt.Errorf("stopped: %s", strings.Join(lines, "\n"))
}
