package tables

import (
	"fmt"
	"strings"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/sink/clickhouse"
)

// OldPartsLifetime is how long what a part was merged from stays on disk, in seconds, for
// when the part cannot be read (see package restore). The server's default was 480 once,
// and is 0 in 26.7.
const OldPartsLifetime = "480"

// settings of both tables. The deduplication window counts parts; it must outlast every
// batch that can still be sent again. Parts of a partition that has gone quiet are
// merged into one, so that reading it costs no merge; partitions in use are left alone.
const settings = `SETTINGS non_replicated_deduplication_window = 10000, old_parts_lifetime = ` + OldPartsLifetime + `,
    min_age_to_force_merge_seconds = 600, min_age_to_force_merge_on_partition_only = 1`

// createRaw is the signed log. Old weeks are partitions of their own, so that folding
// them never touches what is being written.
func createRaw(c *contract.Contract) string {
	return fmt.Sprintf("CREATE TABLE %s\n(\n%s\n)\nENGINE = MergeTree\nPARTITION BY toMonday(_commit_time)\nORDER BY (%s)\n%s\nCOMMENT %s",
		raw(c), strings.Join(define(contractColumns(c, rawMeta)), ",\n"), clickhouse.Idents(keyNames(c, "_version", "_sign")), settings,
		clickhouse.Text("Every change of "+c.Topic()+", signed; read it with sum(_sign)"))
}

// createCurrent is the storage of the current state.
func createCurrent(c *contract.Contract) string {
	lines := define(contractColumns(c, currentMeta))
	for _, cc := range c.Columns {
		if temporal(cc.ClickHouse) {
			lines = append(lines, indexLine(cc.Name))
		}
	}
	return fmt.Sprintf("CREATE TABLE %s\n(\n%s\n)\nENGINE = ReplacingMergeTree(_version, _deleted)\nORDER BY (%s)\n%s\nCOMMENT %s",
		current(c), strings.Join(lines, ",\n"), clickhouse.Idents(keyNames(c)), settings,
		clickhouse.Text("Current rows of "+c.Topic()+"; read "+c.Target.String()+" instead"))
}

func indexLine(column string) string {
	return fmt.Sprintf("    INDEX %s %s TYPE minmax GRANULARITY 1", clickhouse.Ident(column+"_minmax"), clickhouse.Ident(column))
}

// feedSelect takes from raw what the current state is made of: each new image, and each
// deletion, among them the rows of sign 0 that only say that a key is not there.
func feedSelect(c *contract.Contract) string {
	return fmt.Sprintf("SELECT %s, _version, toUInt8(_sign < 1) AS _deleted FROM %s WHERE _sign = 1 OR _op IN ('d', 't')", selected(c), raw(c))
}

func createFeed(c *contract.Contract) string {
	return fmt.Sprintf("CREATE MATERIALIZED VIEW %s TO %s\nDEFINER = CURRENT_USER SQL SECURITY DEFINER\nAS %s\nCOMMENT %s", feed(c), current(c), feedSelect(c), clickhouse.Text(mark(feedSelect(c))))
}

// shownSelect is what people read: FINAL, without what is deleted.
func shownSelect(c *contract.Contract) string {
	return fmt.Sprintf("SELECT %s, _version FROM %s FINAL", selected(c), current(c))
}

// createShown makes the view. It reads with its definer's rights, so that people need no
// grant on the storage.
func createShown(c *contract.Contract) string {
	return fmt.Sprintf("CREATE OR REPLACE VIEW %s\nDEFINER = CURRENT_USER SQL SECURITY DEFINER\nAS %s\nCOMMENT %s", shown(c), shownSelect(c), clickhouse.Text(mark(shownSelect(c))))
}
