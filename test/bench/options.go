// Package bench measures the pipeline against what the machine can do at all: PostgreSQL's
// log read and thrown away, ready-made blocks inserted into ClickHouse.
package bench

import (
	"io"
	"slices"
	"time"

	"github.com/tidemark-cdc/tidemark/test/bench/host"
)

// Options of a run.
type Options struct {
	Rows         int64         // of backlog A
	Transactions int64         // of backlog B; about 2.7 changes each
	Repeat       int           // how often each drain is measured
	Stages       []string      // of Stages
	Rate         int           // changes per second whose delay is measured
	For          time.Duration // how long
	Warm         time.Duration // not counted at its beginning
	Ages         []time.Duration
	SinkMemory   string // of all batches of the drains; "": the sink's default
	SinkInserts  int    // at once in the drains; 0: the sink's default
	Command      string // as the report states it
	Host         host.Options
	Log          io.Writer // progress
}

// Stages are all there are.
var Stages = []string{"capture", "sink", "latency"}

func (o *Options) has(stage string) bool { return slices.Contains(o.Stages, stage) }

// patience is how long a program may make no progress.
const patience = 60 * time.Second
