package contract

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"path"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/tidemark-cdc/tidemark/schemas/types"
)

// ErrContract is wrapped by every refusal of a contract.
var ErrContract = errors.New("contract")

// file is a contract as YAML holds it.
type file struct {
	Contract   int          `yaml:"contract"`
	Source     string       `yaml:"source"`
	Table      string       `yaml:"table,omitempty"`
	Collection string       `yaml:"collection,omitempty"`
	Target     string       `yaml:"target"`
	Key        []string     `yaml:"key,flow"`
	Columns    []fileColumn `yaml:"columns"`
}

type fileColumn struct {
	Name       string `yaml:"name"`
	Path       string `yaml:"path,omitempty"`
	Type       string `yaml:"type"`
	Nullable   bool   `yaml:"nullable,omitempty"`
	ClickHouse string `yaml:"clickhouse,omitempty"`
}

// Parse reads one contract. Unknown members are refused: a misspelt "nulable" would
// otherwise turn good rows into dead letters.
func Parse(text []byte) (*Contract, error) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	var f file
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrContract, err)
	}
	if err := dec.Decode(new(file)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: more than one document in a file", ErrContract)
	}
	return f.check()
}

// Load reads every *.yaml and *.yml in the top folder of fsys, in the order of their
// names, and checks them against each other.
func Load(fsys fs.FS) ([]*Contract, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("read contracts: %w", err)
	}
	var all []*Contract
	for _, e := range entries {
		if ext := path.Ext(e.Name()); e.IsDir() || ext != ".yaml" && ext != ".yml" {
			continue
		}
		text, err := fs.ReadFile(fsys, e.Name())
		if err != nil {
			return nil, fmt.Errorf("read contract %s: %w", e.Name(), err)
		}
		c, err := Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w: no *.yaml file found", ErrContract)
	}
	return all, checkTogether(all)
}

// checkTogether refuses two contracts that would write to one place.
func checkTogether(all []*Contract) error {
	topics, tables := map[string]bool{}, map[string]bool{}
	for _, c := range all {
		if topics[c.Topic()] {
			return fmt.Errorf("%w: %s is captured by two contracts", ErrContract, c.Topic())
		}
		if tables[c.Target.Table] {
			return fmt.Errorf("%w: two contracts have the target table %q; raw.%s cannot hold both", ErrContract, c.Target.Table, c.Target.Table)
		}
		topics[c.Topic()], tables[c.Target.Table] = true, true
	}
	return nil
}

// Marshal writes c as Parse reads it, without what is the default.
func (c *Contract) Marshal() ([]byte, error) {
	f := file{Contract: 1, Source: c.Source, Target: c.Target.String(), Key: []string{}}
	if c.Family == types.MongoDB {
		f.Collection = c.Name()
	} else {
		f.Table = c.Name()
	}
	for _, k := range c.KeyColumns() {
		f.Key = append(f.Key, k.Name)
	}
	for _, col := range c.Columns {
		fc := fileColumn{Name: col.Name, Type: col.Type.String(), Nullable: col.Nullable}
		if col.Path != col.Name {
			fc.Path = col.Path
		}
		if col.ClickHouse != col.defaultType() {
			fc.ClickHouse = col.ClickHouse
		}
		f.Columns = append(f.Columns, fc)
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(f); err != nil {
		return nil, fmt.Errorf("write contract of %s: %w", c.Name(), err)
	}
	return b.Bytes(), nil
}

// fingerprint hashes what decides how a record is read.
func (c *Contract) fingerprint() uint32 {
	h := fnv.New32a()
	fmt.Fprintf(h, "%s|%s|%v", c.Topic(), c.Target, c.Key)
	for _, col := range c.Columns {
		fmt.Fprintf(h, "|%s %s %s %v %s", col.Name, col.Path, col.Type, col.Nullable, col.ClickHouse)
	}
	return h.Sum32()
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+1:], true
}
