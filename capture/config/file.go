package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/alecthomas/kong"
	kongyaml "github.com/alecthomas/kong-yaml"
	"gopkg.in/yaml.v3"
)

// File is the configuration file. Its settings other than sources are flags too.
type File struct {
	// Sources are the file's sources, by name.
	Sources []Source

	lookup func(string) (string, bool)
}

// NewFile is a file whose ${NAME} are taken from the process's environment.
func NewFile() *File { return &File{lookup: os.LookupEnv} }

// shape is what the file may hold; anything else is refused, because a misspelt setting
// would silently be its default.
type shape struct {
	Contracts string `yaml:"contracts"`
	Kafka     struct {
		Brokers     any `yaml:"brokers"`
		Partitions  any `yaml:"partitions"`
		Replication any `yaml:"replication"`
		Retention   any `yaml:"retention"`
		Batch       any `yaml:"batch"`
		Linger      any `yaml:"linger"`
		Inflight    any `yaml:"inflight"`
		Compression any `yaml:"compression"`
		TLS         any `yaml:"tls"`
		CA          any `yaml:"ca"`
		SASL        any `yaml:"sasl"`
		User        any `yaml:"user"`
		Password    any `yaml:"password"`
	} `yaml:"kafka"`
	HTTP string `yaml:"http"`
	Log  struct {
		Level  string `yaml:"level"`
		Format string `yaml:"format"`
	} `yaml:"log"`
	Sources map[string]Source `yaml:"sources"`
}

// Load reads the file for kong: its values are those of flags that neither the command
// line nor the environment sets.
func (f *File) Load(r io.Reader) (kong.Resolver, error) {
	var tree yaml.Node
	if err := yaml.NewDecoder(r).Decode(&tree); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	if err := Expand(&tree, f.lookup); err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	text, err := yaml.Marshal(&tree)
	if err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	if err := f.sources(text); err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	values, err := kongyaml.Loader(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	return kong.ResolverFunc(func(ctx *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
		for _, name := range flag.Envs {
			if _, ok := f.lookup(name); ok {
				return nil, nil // the environment comes before the file
			}
		}
		return values.Resolve(ctx, parent, flag)
	}), nil
}

func (f *File) sources(text []byte) error {
	var s shape
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&s); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(s.Sources)) {
		src := s.Sources[name]
		src.Name = name
		if err := src.check(); err != nil {
			return fmt.Errorf("source %s: %w", name, err)
		}
		f.Sources = append(f.Sources, src)
	}
	return nil
}

// Defaults gives the sources of the reference deployment where the file names none: pg
// and mongo, as far as the environment has their addresses.
func (f *File) Defaults() {
	if len(f.Sources) > 0 {
		return
	}
	for _, d := range []struct{ name, kind, env string }{
		{"pg", PostgreSQL, "TIDEMARK_POSTGRES_URL"},
		{"mongo", MongoDB, "TIDEMARK_MONGO_URL"},
	} {
		if url, ok := f.lookup(d.env); ok && url != "" {
			s := Source{Name: d.name, Kind: d.kind, URL: url}
			if s.check() == nil {
				f.Sources = append(f.Sources, s)
			}
		}
	}
}
