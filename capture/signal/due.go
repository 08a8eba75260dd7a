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
	// Rows are to be said again as they are, each with its place in the order.
	Rows []Rows
	// Next is the offset behind the last signal seen: what Point.Signals has to say once the rest is stated.
	Next int64
	// Signals are those that ask, for the log.
	Signals []Signal
}

// Rows are rows of one table, by the texts of their keys' values.
type Rows struct {
	Table string
	Keys  [][]string
}

// Any reports whether there is work to do.
func (d *Due) Any() bool { return d.Anew() || len(d.Rows) > 0 }

// Anew reports whether tables are to be read again, which begins with a new start.
func (d *Due) Anew() bool { return d.Whole || len(d.Tables) > 0 }

// Has reports whether the table is to be read again.
func (d *Due) Has(table string) bool { return d.Whole || slices.Contains(d.Tables, table) }

// add takes one more signal. A kind that this version does not know asks for nothing.
func (d *Due) add(s Signal) {
	d.Next = s.Offset + 1
	switch s.Kind {
	case Restate:
		d.Signals = append(d.Signals, s)
		d.Rows = append(d.Rows, Rows{Table: s.Tables[0], Keys: s.Keys})
		return
	case Resnapshot:
		d.Signals = append(d.Signals, s)
	default:
		return
	}
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
	case len(d.Rows) > 0:
		n := 0
		for _, r := range d.Rows {
			n += len(r.Keys)
		}
		return fmt.Sprintf("%d rows to be said again", n)
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
