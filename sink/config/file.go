package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
	kongyaml "github.com/alecthomas/kong-yaml"
	"gopkg.in/yaml.v3"
)

// shape is what the file may hold; anything else is refused, because a misspelt setting
// would silently be its default. Sources and models belong to the other programs, which
// may share the file.
type shape struct {
	Contracts string `yaml:"contracts"`
	Kafka     struct {
		Brokers, Group, Session, Grace, Fetch, Replicas, TLS, CA, SASL, User, Password any `yaml:",omitempty"`
	} `yaml:"kafka"`
	ClickHouse struct {
		Addr, User, Password, TLS, CA, Inserts, Cluster any `yaml:",omitempty"`
	} `yaml:"clickhouse"`
	Batch struct {
		Rows, Bytes, Age, Memory any `yaml:",omitempty"`
	} `yaml:"batch"`
	HTTP string `yaml:"http"`
	Stop string `yaml:"stop"`
	Log  struct {
		Level, Format string `yaml:",omitempty"`
	} `yaml:"log"`
	Sources any `yaml:"sources"`
	Models  any `yaml:"models"`
}

// Load reads the file for kong: its values are those of flags that neither the command
// line nor the environment sets. ${NAME} is taken from the environment.
func Load(r io.Reader) (kong.Resolver, error) {
	values, err := load(r, os.LookupEnv)
	if err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	return kong.ResolverFunc(func(ctx *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
		for _, name := range flag.Envs {
			if _, ok := os.LookupEnv(name); ok {
				return nil, nil // the environment comes before the file
			}
		}
		return values.Resolve(ctx, parent, flag)
	}), nil
}

func load(r io.Reader, lookup func(string) (string, bool)) (kong.Resolver, error) {
	var tree yaml.Node
	if err := yaml.NewDecoder(r).Decode(&tree); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err := expandAll(&tree, lookup); err != nil {
		return nil, err
	}
	text, err := yaml.Marshal(&tree)
	if err != nil {
		return nil, err
	}
	strict := yaml.NewDecoder(bytes.NewReader(text))
	strict.KnownFields(true)
	if err := strict.Decode(new(shape)); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return kongyaml.Loader(bytes.NewReader(text))
}

// reference is ${NAME}, ${NAME:-default}, or $$ for a plain dollar.
var reference = regexp.MustCompile(`\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(:-([^}]*))?\}`)

// expandAll replaces ${NAME} in every value. It works on values rather than on the text,
// so that a password with a quote in it cannot change the file's shape.
func expandAll(n *yaml.Node, lookup func(string) (string, bool)) error {
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "$") {
		if err := expand(n, lookup); err != nil {
			return err
		}
	}
	for _, c := range n.Content {
		if err := expandAll(c, lookup); err != nil {
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
