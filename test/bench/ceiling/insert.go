package ceiling

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ClickHouse/ch-go"
)

// Insert sends the blocks one after the other over one connection, each as an insert of
// its own, and gives the time that all took together.
func Insert(ctx context.Context, conn *ch.Client, database, table string, blocks []Block) (time.Duration, error) {
	start := time.Now()
	for i, b := range blocks {
		if err := conn.Do(ctx, ch.Query{Body: statement(database, table, b), Input: b.input, Settings: plain}); err != nil {
			return 0, fmt.Errorf("insert block %d into %s.%s: %w", i, database, table, err)
		}
	}
	return time.Since(start), nil
}

// plain inserts remember nothing: exactly-once is what the sink adds.
var plain = []ch.Setting{
	ch.SettingInt("async_insert", 0), ch.SettingInt("insert_deduplicate", 0), ch.SettingInt("max_insert_threads", 1),
	ch.SettingInt("parallel_view_processing", 0), ch.SettingInt("max_partitions_per_insert_block", 0),
}

func statement(database, table string, b Block) string {
	var names []string
	for _, c := range b.input {
		names = append(names, "`"+c.Name+"`")
	}
	return fmt.Sprintf("INSERT INTO `%s`.`%s` (%s) VALUES", database, table, strings.Join(names, ", "))
}
