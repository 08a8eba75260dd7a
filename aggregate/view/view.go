// Package view reads and makes the views over aggregates: what is no sum (a rate, a count of distinct buyers, a first
// purchase) is computed from exact sums when it is asked for, so it can never go stale.
package view

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// ErrView marks a file that is not a view, or views that need one another in a circle.
var ErrView = errors.New("view")

// View is a SELECT over aggregates and other views.
type View struct {
	Name, About string
	// Refresh is how often the answer is computed and kept ("5 minutes"); empty: it is computed whenever it is asked for.
	Refresh string
	// Over are the tables and views that the SELECT reads, with their databases; one without stands for sales.<name>.
	Over   []string
	Select string
}

var interval = regexp.MustCompile(`^([1-9][0-9]*) (minute|hour|day)s?$`)

var identifier = regexp.MustCompile(`^([a-z][a-z0-9_]*\.)?[a-z][a-z0-9_]*$`)

// Load reads every *.sql of fsys, in an order in which each comes after what it reads.
func Load(fsys fs.FS) ([]*View, error) {
	files, err := fs.Glob(fsys, "*.sql")
	if err != nil {
		return nil, err
	}
	var all []*View
	for _, file := range files {
		text, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		v, err := Parse(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path.Base(file), err)
		}
		all = append(all, v)
	}
	return ordered(all)
}

// Parse reads one file: header lines name, about and over, then the SELECT.
func Parse(text string) (*View, error) {
	var v View
	rest := text
	for strings.HasPrefix(rest, "--") {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		key, value, _ := strings.Cut(strings.TrimPrefix(line, "--"), ":")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "name":
			v.Name = value
		case "about":
			v.About = value
		case "over":
			v.Over = qualified(value)
		case "refresh":
			v.Refresh = value
		default:
			return nil, fmt.Errorf("%w: header line %q: want name, about, over or refresh", ErrView, line)
		}
	}
	v.Select = strings.TrimRight(strings.TrimSpace(rest), "; \n")
	return &v, v.check()
}

func qualified(list string) []string {
	var out []string
	for _, name := range strings.Split(list, ",") {
		if name = strings.TrimSpace(name); !strings.Contains(name, ".") {
			name = "sales." + name
		}
		out = append(out, name)
	}
	return out
}

func (v *View) check() error {
	if v.Name == "" || len(v.Over) == 0 || v.Select == "" {
		return fmt.Errorf("%w: want name, over and a SELECT", ErrView)
	}
	if v.Refresh != "" && !interval.MatchString(v.Refresh) {
		return fmt.Errorf("%w: refresh %q: want a number of minutes, hours or days", ErrView, v.Refresh)
	}
	for _, name := range append([]string{v.Name}, v.Over...) {
		if !identifier.MatchString(name) {
			return fmt.Errorf("%w: %q: want small letters, digits and _", ErrView, name)
		}
	}
	for _, name := range v.Over {
		if !strings.Contains(v.Select, name+" AS ") {
			return fmt.Errorf("%w: the SELECT does not read %q with an alias", ErrView, name)
		}
	}
	return nil
}

// ordered puts each view behind those that it reads.
func ordered(all []*View) ([]*View, error) {
	var out []*View
	waits := func(v *View) bool {
		return slices.ContainsFunc(all, func(o *View) bool { return slices.Contains(v.Over, "sales."+o.Name) })
	}
	for len(all) > 0 {
		i := slices.IndexFunc(all, func(v *View) bool { return !waits(v) })
		if i < 0 {
			return nil, fmt.Errorf("%w: %s and others need one another", ErrView, all[0].Name)
		}
		out = append(out, all[i])
		all = slices.Delete(all, i, i+1)
	}
	return out, nil
}
