// Package config reads capture's settings: flags, environment and one YAML file.
package config

import (
	"fmt"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// reference is ${NAME}, ${NAME:-default}, or $$ for a plain dollar.
var reference = regexp.MustCompile(`\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(:-([^}]*))?\}`)

// Expand replaces ${NAME} in every value of the tree. It works on values rather than on
// the file's text, so that a password with a quote in it cannot change the file's shape.
// A name that the environment lacks is an error unless it has a default.
func Expand(n *yaml.Node, lookup func(string) (string, bool)) error {
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "$") {
		if err := expand(n, lookup); err != nil {
			return err
		}
	}
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			continue // names of settings stay as they are
		}
		if err := Expand(c, lookup); err != nil {
			return err
		}
	}
	return nil
}

func expand(n *yaml.Node, lookup func(string) (string, bool)) error {
	var missing []string
	n.Value = reference.ReplaceAllStringFunc(n.Value, func(m string) string {
		if m == "$$" {
			return "$"
		}
		part := reference.FindStringSubmatch(m)
		if v, ok := lookup(part[1]); ok {
			return v
		}
		if part[2] == "" {
			missing = append(missing, part[1])
		}
		return part[3]
	})
	if missing != nil {
		return fmt.Errorf("line %d: the environment lacks %s", n.Line, strings.Join(missing, ", "))
	}
	if n.Style == 0 {
		n.Tag = "" // an expanded plain value is a number where it looks like one
	}
	return nil
}
