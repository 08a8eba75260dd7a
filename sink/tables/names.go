package tables

import (
	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// The databases of the sink's own tables.
const (
	// Raw holds every change as signed rows.
	Raw = "raw"
	// Current holds the storage of the current state; people read it through the views.
	Current = "current"
)

// raw, current, feed and shown are the quoted names of what a contract has.
func raw(c *contract.Contract) string     { return clickhouse.Table(Raw, c.Target.Table) }
func current(c *contract.Contract) string { return clickhouse.Table(Current, c.Target.Table) }
func feed(c *contract.Contract) string    { return clickhouse.Table(Current, feedName(c)) }
func shown(c *contract.Contract) string   { return clickhouse.Table(c.Target.Database, c.Target.Table) }

// feedName is the materialized view that keeps current in step with raw.
func feedName(c *contract.Contract) string { return c.Target.Table + "_from_raw" }

// keyed reports whether the table has a current state at all.
func keyed(c *contract.Contract) bool { return len(c.Key) > 0 }
