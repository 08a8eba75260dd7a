// Package mutants breaks the code on purpose and looks whether anything notices. A
// mutation takes one rule out of a program; a scenario is the fault that the rule is
// there for. The mutated program is built beside the working tree, which is never
// touched, and runs on real servers; then the validators are asked.
package mutants

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Edit is a change of one file.
type Edit struct {
	File     string // from the repository's folder
	Old, New string // Old occurs exactly once
}

// Mutation is a rule taken out.
type Mutation struct {
	Name string
	// Breaks says in one sentence what is wrong with the mutated program.
	Breaks string
	Edits  []Edit
}

// Level says which runs a mutant is part of: those that ask for its level or a lower one.
type Level int

// The levels, from the most thorough run to the quickest.
const (
	Every Level = iota
	Named       // what the guarantees rest on first
	Quick       // with all tests
)

// ErrOutOfDate says that the code has changed under a mutation: look what became of the
// rule, then write the mutation anew.
var ErrOutOfDate = errors.New("mutation out of date")

// apply gives the file's text with the edit.
func (e Edit) apply(text string) (string, error) {
	if n := strings.Count(text, e.Old); n != 1 {
		return "", fmt.Errorf("%w: %s holds %d times %q", ErrOutOfDate, e.File, n, e.Old)
	}
	return strings.Replace(text, e.Old, e.New, 1), nil
}

// texts are the mutated files, by their path from root.
func (m Mutation) texts(root string) (map[string]string, error) {
	out := map[string]string{}
	for _, e := range m.Edits {
		if _, ok := out[e.File]; !ok {
			text, err := os.ReadFile(filepath.Join(root, e.File))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", m.Name, err)
			}
			out[e.File] = string(text)
		}
		text, err := e.apply(out[e.File])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Name, err)
		}
		out[e.File] = text
	}
	return out, nil
}

// Check says whether the mutation still fits the code.
func (m Mutation) Check(root string) error {
	_, err := m.texts(root)
	return err
}
