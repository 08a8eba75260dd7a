package ceiling

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ClickHouse/ch-go"
	"golang.org/x/sync/errgroup"
)

// Insert sends the blocks, each as an insert of its own, and gives the time that all took
// together. Each connection takes the next block that is left.
func Insert(ctx context.Context, conns []*ch.Client, database, table string, blocks []Block) (time.Duration, error) {
	queue := make(chan Block, len(blocks))
	for _, b := range blocks {
		queue <- b
	}
	close(queue)
	start := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	for _, conn := range conns {
		group.Go(func() error {
			for b := range queue {
				if err := conn.Do(ctx, ch.Query{Body: statement(database, table, b), Input: b.input, Settings: plain}); err != nil {
					return fmt.Errorf("insert %d rows into %s.%s: %w", b.Rows, database, table, err)
				}
			}
			return nil
		})
	}
	err := group.Wait()
	return time.Since(start), err
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
