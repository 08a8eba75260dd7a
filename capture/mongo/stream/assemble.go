package stream

import "fmt"

// Assembler gives whole events: one that the server split, because it was larger than 16 MB, comes as fragments that
// each hold some of its fields.
type Assembler struct {
	event Event
}

// Next takes the next document of the stream. whole is false when it was a fragment and more are to come; otherwise the
// event is valid until the next call.
func (a *Assembler) Next(doc []byte) (e *Event, whole bool, err error) {
	last := a.event
	if last.of == 0 || last.fragment == last.of {
		last, a.event = Event{}, Event{}
	}
	if err := a.event.Parse(doc); err != nil {
		return nil, false, err
	}
	e = &a.event
	if e.fragment != last.fragment+1 && e.of > 0 || last.of > 0 && e.of != last.of {
		return nil, false, fmt.Errorf("split event of clusterTime %s: fragment %d of %d after %d of %d", e.Time, e.fragment, e.of, last.fragment, last.of)
	}
	if e.fragment < e.of {
		return nil, false, nil
	}
	return e, true, e.Check()
}

// Reset forgets fragments: after a reconnect the stream starts again before the first.
func (a *Assembler) Reset() { a.event = Event{} }

// Open reports that fragments of an event are still to come.
func (a *Assembler) Open() bool { return a.event.fragment < a.event.of }
