package clickhouse

import (
	"strconv"
	"time"

	"github.com/ClickHouse/ch-go"
)

// insertSettings make a repeated token a no-op in the table and in everything that its
// views feed, and keep the one block that we send one block.
var insertSettings = []ch.Setting{
	important("async_insert", "0"),
	important("insert_deduplicate", "1"),
	important("deduplicate_blocks_in_dependent_materialized_views", "1"), // rule: token-in-views
	// A view that fails must fail the insert: the retry then fills what it missed.
	// rule: views-fail-insert.
	important("materialized_views_ignore_errors", "0"),
	// Parallel views and insert threads may cut the block differently on a retry, and
	// then the token no longer matches.
	important("parallel_view_processing", "0"),
	important("max_insert_threads", "1"),
	// A batch of a replay may span more weeks than the default of 100 partitions; refusing
	// it would stop that partition for ever.
	important("max_partitions_per_insert_block", "0"),
}

func important(key, value string) ch.Setting {
	return ch.Setting{Key: key, Value: value, Important: true}
}

// withToken gives the insert's settings; an empty token leaves deduplication to the
// block's own hash.
func withToken(token string) []ch.Setting {
	if token == "" {
		return insertSettings
	}
	return append(insertSettings[:len(insertSettings):len(insertSettings)], important("insert_deduplication_token", token))
}

// resting has the server close a connection over which nothing comes for as long, between
// queries and in the middle of one.
func resting(d time.Duration) []ch.Setting {
	seconds := strconv.Itoa(int(max(d/time.Second, 1)))
	return []ch.Setting{important("idle_connection_timeout", seconds), important("receive_timeout", seconds)}
}
