// Package reference writes docs/reference from the code: what is not written by hand cannot be out of date.
package reference

import (
	"fmt"
	"strings"
)

// Source is where the pages come from.
type Source struct {
	// Root is the repository.
	Root string
	// Run gives what a program of ours prints to standard output; an exit code other than 0 is no error.
	Run func(program string, args ...string) (string, error)
}

const note = "<!-- Written by `make reference` from the code; changes by hand are lost. -->\n\n"

// Pages gives the text of every page by its file name.
func (s Source) Pages() (map[string]string, error) {
	out := map[string]string{}
	for name, page := range map[string]func() (string, error){
		"settings.md": s.settings, "metrics.md": s.metrics, "tables.md": s.tables, "topics.md": s.topics,
		"commands.md": s.commands, "exit-codes.md": s.exits,
	} {
		text, err := page()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = note + strings.TrimRight(text, "\n") + "\n"
	}
	return out, nil
}

// table writes a table of Markdown.
func table(b *strings.Builder, header []string, rows [][]string) {
	fmt.Fprintf(b, "| %s |\n|%s\n", strings.Join(header, " | "), strings.Repeat("---|", len(header)))
	for _, r := range rows {
		for i := range r {
			r[i] = strings.Join(strings.Fields(strings.ReplaceAll(r[i], "|", "\\|")), " ")
		}
		fmt.Fprintf(b, "| %s |\n", strings.Join(r, " | "))
	}
	b.WriteString("\n")
}

// code marks what is not empty as code.
func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}
