package reference

import (
	"fmt"
	"regexp"
	"strings"
)

// programs are those that a user runs, in the order in which one meets them.
var programs = []string{"local", "capture", "sink", "aggregate", "shop", "compare", "demo", "secrets", "inside", "bench", "chaos"}

func (s Source) commands() (string, error) {
	var b strings.Builder
	b.WriteString("# Commands\n\nWhat each program says of itself with `--help`.\n\n")
	for _, p := range programs {
		help, err := s.Run(p, "--help")
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "## %s\n\n```\n%s\n```\n\n", p, strings.TrimSpace(help))
		for _, c := range subcommands(help) {
			help, err := s.Run(p, append(strings.Fields(c), "--help")...)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&b, "### %s %s\n\n```\n%s\n```\n\n", p, c, strings.TrimSpace(own(help)))
		}
	}
	return b.String(), nil
}

var command = regexp.MustCompile(`^  ([a-z]+(?: [a-z]+)?)(?:$|  |\s[<\[])`)

// subcommands reads the list of commands in a help text.
func subcommands(help string) (names []string) {
	_, list, found := strings.Cut(help, "\nCommands:\n")
	if !found {
		return nil
	}
	for line := range strings.Lines(list) {
		line = strings.TrimRight(line, "\n")
		if line != "" && !strings.HasPrefix(line, " ") {
			break
		}
		if m := command.FindStringSubmatch(line); m != nil {
			names = append(names, m[1])
		}
	}
	return names
}

// own leaves out the description of the whole program and the flags that its own help shows.
func own(help string) string {
	var out []string
	for _, paragraph := range strings.Split(help, "\n\n") {
		if strings.HasPrefix(paragraph, "Kafka\n") || strings.HasPrefix(paragraph, "ClickHouse\n") || strings.HasPrefix(paragraph, "Log\n") || strings.HasPrefix(paragraph, "Batches\n") {
			continue
		}
		out = append(out, paragraph)
	}
	return strings.Join(out, "\n\n")
}

var codes = regexp.MustCompile(`(?s)Exit codes: (.*?)(?:\n\n|$)`)

func (s Source) exits() (string, error) {
	var b strings.Builder
	b.WriteString("# Exit codes\n\n0 is success everywhere. A program that is not listed ends with 1 on any error.\n\n")
	var rows [][]string
	for _, p := range programs {
		help, err := s.Run(p, "--help")
		if err != nil {
			return "", err
		}
		if m := codes.FindStringSubmatch(help); m != nil {
			rows = append(rows, []string{code(p), m[1]})
		}
	}
	table(&b, []string{"program", "codes"}, rows)
	return b.String(), nil
}
