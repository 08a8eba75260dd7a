package signal

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tidemark-cdc/tidemark/capture/fault"
)

// Due is what several signals ask for together.
type Due struct {
	// Whole asks for the whole source in a new epoch, which contains whatever else is asked.
	Whole bool
	// Tables are to be read again in the same epoch; none where Whole is set.
	Tables []string
	// Next is the offset behind the last signal seen: what Point.Signals has to say once the rest is stated.
	Next int64
	// Signals are those that ask, for the log.
	Signals []Signal
}

// Any reports whether there is work to do.
func (d *Due) Any() bool { return d.Whole || len(d.Tables) > 0 }

// Has reports whether the table is to be read again.
func (d *Due) Has(table string) bool { return d.Whole || slices.Contains(d.Tables, table) }

// add takes one more signal. A kind that this version does not know asks for nothing.
func (d *Due) add(s Signal) {
	d.Next = s.Offset + 1
	if s.Kind != Resnapshot {
		return
	}
	d.Signals = append(d.Signals, s)
	d.Whole = d.Whole || s.Whole()
	for _, t := range s.Tables {
		if !slices.Contains(d.Tables, t) {
			d.Tables = append(d.Tables, t)
		}
	}
	if d.Whole {
		d.Tables = nil
	}
}

// String is what is asked, for the log.
func (d *Due) String() string {
	switch {
	case d.Whole:
		return "a new snapshot of the whole source in a new epoch"
	case len(d.Tables) > 0:
		return "a new snapshot of " + strings.Join(d.Tables, ", ")
	}
	return "nothing"
}

// Restart is how a running source ends its Run for a signal; the program starts it again at once.
func Restart(d Due) error {
	return fault.New(fault.Asked, "capture", errors.New("a signal asks for "+d.String()), "")
}

// Resume is the log line of a source that begins to carry signals out.
func (d *Due) Resume() []any {
	var ids []string
	for _, s := range d.Signals {
		ids = append(ids, fmt.Sprintf("%s at offset %d", s.ID, s.Offset))
	}
	return []any{"asked", d.String(), "signals", strings.Join(ids, ", ")}
}
