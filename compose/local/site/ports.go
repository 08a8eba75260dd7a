package site

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Ports are the TCP ports of one stack by name; all are on 127.0.0.1.
type Ports struct {
	Auto   bool           `json:"auto"` // a taken port is replaced by a free one
	Number map[string]int `json:"ports"`
	path   string
}

// Names of the ports.
const (
	Postgres        = "postgres"
	Mongo           = "mongo"
	Kafka           = "kafka"
	KafkaController = "kafka-controller"
	ClickHouse      = "clickhouse"
	ClickHouseHTTP  = "clickhouse-http"
	Capture         = "capture"
	Sink            = "sink"
	Superset        = "superset"
	// Of programs that run beside the first one of their kind.
	Standby   = "standby"
	Sink2     = "sink2"
	Sink3     = "sink3"
	KafkaSide = "kafka-for-" // and a program's name: what the broker listens on behind a way
)

func standardPorts() map[string]int {
	return map[string]int{
		Postgres: 15432, Mongo: 17017, Kafka: 19092, KafkaController: 19093,
		ClickHouse: 19000, ClickHouseHTTP: 18123, Capture: 18180, Sink: 18181, Superset: 18188,
		Standby: 18182, Sink2: 18183, Sink3: 18184,
		KafkaSide + Capture: 19094, KafkaSide + Sink: 19095,
		Way(Capture, Postgres): 25432, Way(Capture, Mongo): 27017, Way(Capture, Kafka): 29094, Way(Sink, Kafka): 29095, Way(Sink, ClickHouse): 29000,
	}
}

// openPorts loads the remembered ports and applies the wish: "" (as remembered), "auto", or "name=number,...".
func openPorts(path, wish string) (Ports, error) {
	p := Ports{Number: map[string]int{}, path: path}
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return p, fmt.Errorf("read the stack's ports: %w", err)
	}
	if err == nil {
		if err := json.Unmarshal(text, &p); err != nil {
			return p, fmt.Errorf("read %s: %w", path, err)
		}
	}
	if wish == "auto" {
		p.Auto, wish = true, ""
	}
	if err := p.set(wish); err != nil {
		return p, err
	}
	for name, n := range standardPorts() {
		if _, ok := p.Number[name]; !ok && !p.Auto {
			p.Number[name] = n
		}
	}
	return p, nil
}

func (p *Ports) set(wish string) error {
	for part := range strings.SplitSeq(wish, ",") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		n, err := strconv.ParseUint(value, 10, 16)
		if _, known := standardPorts()[name]; !known || err != nil || n == 0 {
			return fmt.Errorf("ports: %q is neither \"auto\" nor name=number (names: %s)", part, strings.Join(slices.Sorted(maps.Keys(standardPorts())), ", "))
		}
		p.Number[name] = int(n)
	}
	return nil
}

// Save remembers the ports for the next start and for `local env`.
func (p *Ports) Save() error {
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	if err := WriteFile(p.path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("remember the ports: %w", err)
	}
	return nil
}

// Clone is a copy that can be changed.
func (p *Ports) Clone() Ports {
	c := *p
	c.Number = maps.Clone(p.Number)
	return c
}

// Addr is host:port of a named port; ":0" until the port is chosen.
func (p *Ports) Addr(name string) string { return fmt.Sprintf("127.0.0.1:%d", p.Number[name]) }
