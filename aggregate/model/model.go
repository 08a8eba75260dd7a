// Package model reads aggregates from SQL files. A model is a SELECT over signed rows of raw tables behind a header of
// comment lines, so that the file still runs as it stands in any client.
package model

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// ErrModel marks a file that is not a model.
var ErrModel = errors.New("model")

// Model is one aggregate.
type Model struct {
	Name  string
	About string
	// Sources are the tables of database raw that the SELECT reads.
	Sources []string
	// Grain are the columns grouped by, Measures those summed up. The SELECT has one more column, n = sum(_sign).
	Grain    []string
	Measures []string
	// Retention is for how many days groups are kept, counted from the first time in the grain; 0: for ever.
	Retention int
	Select    string
}

// Count is the column that every model has: how many source rows stand behind a group.
const Count = "n"

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// Load reads every *.sql of fsys, ordered by name. Two models of the same name are an error.
func Load(fsys fs.FS) ([]*Model, error) {
	files, err := fs.Glob(fsys, "*.sql")
	if err != nil {
		return nil, err
	}
	var models []*Model
	for _, file := range files {
		text, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		m, err := Parse(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path.Base(file), err)
		}
		if slices.ContainsFunc(models, func(o *Model) bool { return o.Name == m.Name }) {
			return nil, fmt.Errorf("%s: %w: name %q is taken by another file", path.Base(file), ErrModel, m.Name)
		}
		models = append(models, m)
	}
	slices.SortFunc(models, func(a, b *Model) int { return strings.Compare(a.Name, b.Name) })
	return models, nil
}
