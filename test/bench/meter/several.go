package meter

import "time"

// Several are the CPU times of several processes at one moment, by name.
type Several struct {
	at    time.Time
	pids  map[string]int
	spent map[string]time.Duration
}

// Spent reads them. Processes that are gone are left out.
func Spent(pids map[string]int) Several {
	s := Several{at: time.Now(), pids: pids, spent: map[string]time.Duration{}}
	for name, pid := range pids {
		if u, err := Read(pid); err == nil {
			s.spent[name] = u.CPU
		}
	}
	return s
}

// Cores says how many cores each has kept busy since.
func (s Several) Cores() map[string]float64 {
	now := Spent(s.pids)
	cores := map[string]float64{}
	for name, spent := range now.spent {
		cores[name] = float64(spent-s.spent[name]) / float64(now.at.Sub(s.at))
	}
	return cores
}
