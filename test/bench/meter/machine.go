package meter

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Busy is the CPU time that the machine has spent on anything since it started, over all
// cores.
func Busy() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, fmt.Errorf("read the machine's CPU time: %w", err)
	}
	return busy(string(text))
}

// busy reads the line `cpu user nice system idle iowait irq softirq steal ...`.
func busy(stat string) (time.Duration, error) {
	line, _, _ := strings.Cut(stat, "\n")
	f := strings.Fields(line)
	if len(f) < 9 || f[0] != "cpu" {
		return 0, fmt.Errorf("/proc/stat begins with %q", line)
	}
	var ticks int64
	for i, v := range f[1:9] {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("/proc/stat begins with %q", line)
		}
		if i != 3 && i != 4 { // idle, waiting for a disk
			ticks += n
		}
	}
	return time.Duration(ticks) * tick, nil
}
