package report

// Aims are what the design asks of a stage's own program.
type Aims struct {
	Ratio  float64 // at least, of the ceiling's rows per second
	CPU    float64 // at most, seconds per million rows
	PeakMB float64 // at most, resident
}

// AimsOf gives the aims of a stage.
func AimsOf(stage string) Aims {
	a := Aims{Ratio: 0.7, CPU: 6, PeakMB: 150}
	if stage == Sink {
		a.CPU = 4
	}
	return a
}

// The stages.
const (
	Capture = "capture"
	Sink    = "sink"
)

// Missed gives the aims that a drain did not reach, in words; nothing for what is not ours.
func (d *Drain) Missed() []string {
	if !d.Own() {
		return nil
	}
	var missed []string
	a := AimsOf(d.Stage)
	if d.Ratio < a.Ratio {
		missed = append(missed, "rate")
	}
	if d.CPU > a.CPU {
		missed = append(missed, "CPU")
	}
	if d.PeakMB > a.PeakMB {
		missed = append(missed, "memory")
	}
	return missed
}

// Own is a program of ours; the others are measured beside.
func (d *Drain) Own() bool { return d.Program == d.Stage }
