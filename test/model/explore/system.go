// Package explore walks through every state that a small system can reach and says
// whether one of them is wrong, with the shortest way there.
package explore

import "fmt"

// System is what is explored. S is a value without pointers: two equal values are the
// same state. A names a step; it is printed only in a trace.
type System[S comparable, A fmt.Stringer] interface {
	// Start is the state in which everything begins.
	Start() S
	// Next yields each step that is possible in s. s must not be changed.
	Next(s *S, yield func(A, S))
	// Wrong says what must never be, and "" where nothing is wrong.
	Wrong(s *S) string
	// End reports whether it is fine to rest in s for ever.
	End(s *S) bool
}

// Verdict is what an exploration found.
type Verdict struct {
	// States and Steps are how many there are; Ends how many of the states are good ends.
	States, Steps, Ends int
	// Broken says what is wrong in the state at the end of Trace; "" when nothing is.
	Broken string
	// Trace are the steps to the broken state, the shortest there are.
	Trace []string
	// Limited is set when the limit ended the search before everything was seen.
	Limited bool
}

// Holds reports whether everything was seen and nothing was wrong.
func (v *Verdict) Holds() bool { return v.Broken == "" && !v.Limited }

// String is the verdict in a few lines, the trace numbered.
func (v *Verdict) String() string {
	if v.Broken == "" {
		return fmt.Sprintf("holds in %d states, %d steps, %d good ends, limited %t", v.States, v.Steps, v.Ends, v.Limited)
	}
	text := fmt.Sprintf("broken after %d states: %s", v.States, v.Broken)
	for i, step := range v.Trace {
		text += fmt.Sprintf("\n  %2d. %s", i+1, step)
	}
	return text
}
