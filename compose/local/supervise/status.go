package supervise

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// State of a part.
type State string

// The states in the order in which a part passes through them.
const (
	Waiting   State = "waiting"   // for a part that it needs
	Preparing State = "preparing" // files, first set-up
	Starting  State = "starting"  // runs, does not answer yet
	Ready     State = "ready"     // answers
	Unready   State = "unready"   // answers that it is not ready
	Failed    State = "failed"    // ended or would not start; is tried again soon
	Skipped   State = "skipped"   // cannot be there (its program is not built)
	Stopping  State = "stopping"
	Stopped   State = "stopped"
)

// Status of one part.
type Status struct {
	Name     string    `json:"name"`
	State    State     `json:"state"`
	PID      int       `json:"pid,omitempty"`
	Address  string    `json:"address,omitempty"`
	Since    time.Time `json:"since"`             // when it came into this state
	Took     float64   `json:"took_s,omitempty"`  // seconds from its turn to ready, last time
	Restarts int       `json:"restarts"`          // deaths since the stack is up
	RSS      int64     `json:"rss_bytes"`         // resident memory of the process and its children
	Message  string    `json:"message,omitempty"` // why it is in this state
	Log      string    `json:"log"`
}

// rss sums the resident memory of a process and of its direct children, in bytes.
func rss(pid int) (sum int64) {
	if pid == 0 {
		return 0
	}
	pids := []string{strconv.Itoa(pid)}
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for _, c := range bytes.Fields(children) {
		pids = append(pids, string(c))
	}
	for _, p := range pids {
		sum += resident(p)
	}
	return sum
}

func resident(pid string) int64 {
	text, _ := os.ReadFile("/proc/" + pid + "/statm")
	f := bytes.Fields(text)
	if len(f) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(string(f[1]), 10, 64)
	return pages * int64(os.Getpagesize())
}
