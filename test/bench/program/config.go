package program

import (
	"fmt"
	"strings"
	"time"

	"github.com/tidemark-cdc/tidemark/test/bench/host"
)

// CaptureOptions are what differs between runs of capture.
type CaptureOptions struct {
	Run       string // names its files
	Source    string
	Database  string
	Contracts string // folder
	Transport host.Transport
}

// Slot is the slot of a source.
func Slot(source string) string { return "tidemark_" + source }

// Capture prepares a capture of one database's publication `tidemark`.
func Capture(h *host.Host, o CaptureOptions) (*Program, error) {
	config := fmt.Sprintf(`contracts: %s
kafka: {brokers: [%q], partitions: 4}
sources:
  %s: {kind: postgresql, url: "${TIDEMARK_POSTGRES_URL}", publication: tidemark, slot: %s}
`, o.Contracts, h.Kafka(), o.Source, Slot(o.Source))
	return newProgram(h, "capture", o.Run, config, []string{"TIDEMARK_POSTGRES_URL=" + h.Postgres(o.Transport, o.Database)})
}

// SinkOptions are what differs between runs of sink.
type SinkOptions struct {
	Run       string // names its files
	Group     string
	Contracts string        // folder
	Age       time.Duration // of a batch when it is inserted; 0: the sink's default
	Memory    string        // of all batches, such as 64MiB; "": the sink's default
	Inserts   int           // at once; 0: the sink's default
}

// Sink prepares a sink of the contracts' topics.
func Sink(h *host.Host, o SinkOptions) (*Program, error) {
	at := h.ClickHouse()
	clickhouse := fmt.Sprintf("addr: %q, user: %s, password: \"${TIDEMARK_CLICKHOUSE_PASSWORD}\"", at.Addr, at.User)
	if o.Inserts > 0 {
		clickhouse += fmt.Sprintf(", inserts: %d", o.Inserts)
	}
	var batch []string
	if o.Age > 0 {
		batch = append(batch, "age: "+o.Age.String())
	}
	if o.Memory != "" {
		batch = append(batch, "memory: "+o.Memory)
	}
	config := fmt.Sprintf("contracts: %s\nkafka: {brokers: [%q], group: %s}\nclickhouse: {%s}\nbatch: {%s}\n",
		o.Contracts, h.Kafka(), o.Group, clickhouse, strings.Join(batch, ", "))
	return newProgram(h, "sink", o.Run, config, nil)
}
