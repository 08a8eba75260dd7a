package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Parse reads one file.
func Parse(text string) (*Model, error) {
	var m Model
	fields := map[string]func(string){
		"name": func(s string) { m.Name = s }, "about": func(s string) { m.About = s },
		"sources": func(s string) { m.Sources = list(s) }, "grain": func(s string) { m.Grain = list(s) },
		"measures": func(s string) { m.Measures = list(s) }, "retention": func(s string) { m.Retention = days(s) },
	}
	rest := text
	for strings.HasPrefix(rest, "--") {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		key, value, ok := strings.Cut(strings.TrimPrefix(line, "--"), ":")
		set := fields[strings.TrimSpace(key)]
		if !ok || set == nil {
			return nil, fmt.Errorf("%w: header line %q: want name, about, sources, grain, measures or retention", ErrModel, line)
		}
		set(strings.TrimSpace(value))
		rest = strings.TrimLeft(rest, " \t\r\n")
	}
	m.Select = strings.TrimRight(strings.TrimSpace(rest), "; \n")
	return &m, m.check()
}

// days reads "400 days"; -1 is for what is none.
func days(s string) int {
	n, err := strconv.Atoi(strings.TrimSuffix(s, " days"))
	if err != nil || n < 1 || !strings.HasSuffix(s, " days") {
		return -1
	}
	return n
}

func list(s string) []string {
	var out []string
	for _, part := range strings.Split(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func (m *Model) check() error {
	if m.Name == "" || len(m.Sources) == 0 || len(m.Measures) == 0 {
		return fmt.Errorf("%w: the header must give name, sources and measures", ErrModel)
	}
	if m.Retention < 0 {
		return fmt.Errorf("%w: retention: want a number of days, such as 400 days", ErrModel)
	}
	if len(m.Sources) > 1 {
		return fmt.Errorf("%w: one source; what lies in several tables is brought together by a view", ErrModel)
	}
	for _, name := range slices.Concat([]string{m.Name}, m.Sources, m.Grain, m.Measures) {
		if !identifier.MatchString(name) {
			return fmt.Errorf("%w: %q: want small letters, digits and _", ErrModel, name)
		}
	}
	if slices.Contains(slices.Concat(m.Grain, m.Measures), Count) {
		return fmt.Errorf("%w: column %s is sum(_sign) and stands in no list", ErrModel, Count)
	}
	for _, s := range m.Sources {
		if !strings.Contains(m.Select, Source(s)) {
			return fmt.Errorf("%w: the SELECT does not read %s", ErrModel, Source(s))
		}
	}
	if err := m.refuse(); err != nil {
		return err
	}
	return m.sums()
}

// Source names a source as the SELECT must write it, alias and all: without the alias a column that is named like an
// aggregate over it is error 184, and verify could not put the current rows in its place.
func Source(table string) string { return "raw." + table + " AS " }

// sums refuses the form that looks right until the first update: a sum without the sign.
func (m *Model) sums() error {
	if got := strings.Count(m.Select, "sum("); got < len(m.Measures)+1 {
		return fmt.Errorf("%w: %d measures and %s, but only %d sum(", ErrModel, len(m.Measures), Count, got)
	}
	if signs := strings.Count(m.Select, "_sign"); signs < len(m.Measures)+1 {
		return fmt.Errorf("%w: %d measures and %s, but only %d mentions of _sign: an update would count twice", ErrModel, len(m.Measures), Count, signs)
	}
	return nil
}
