package target

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/tidemark-cdc/tidemark/aggregate/model"
)

// State is the table behind a model, Feed the materialized view that writes it, View what people query.
func State(name string) string { return "sales_state." + name }

// Feed names the materialized view.
func Feed(name string) string { return "sales_state." + name + "_mv" }

// View names the view.
func View(name string) string { return "sales." + name }

// Mark stands in the comment of a state table and tells a changed model from the one that made the table.
func (s *Shape) Mark() string {
	h := sha256.New()
	fmt.Fprintln(h, strings.Join(strings.Fields(s.Select), " "), s.grain, s.measures)
	return fmt.Sprintf("tidemark model %x", h.Sum(nil)[:12])
}

// CreateState makes the table under any name. Its deduplication window is as long as raw's: a retried batch must not be
// summed twice.
func (s *Shape) CreateState(table string) string {
	var columns []string
	for _, c := range s.grain {
		columns = append(columns, fmt.Sprintf("`%s` %s", c.Name, c.Type))
	}
	for _, c := range s.measures {
		columns = append(columns, fmt.Sprintf("`%s` SimpleAggregateFunction(sum, %s)", c.Name, c.Type))
	}
	return fmt.Sprintf("CREATE TABLE %s\n(\n    %s\n)\nENGINE = AggregatingMergeTree\nORDER BY (%s)\nSETTINGS non_replicated_deduplication_window = 10000\nCOMMENT '%s'",
		table, strings.Join(columns, ",\n    "), strings.Join(s.Grain, ", "), s.Mark())
}

// CreateFeed makes the materialized view over raw.
func (s *Shape) CreateFeed() string {
	return fmt.Sprintf("CREATE MATERIALIZED VIEW %s TO %s AS\n%s", Feed(s.Name), State(s.Name), s.Select)
}

// Backfill sums up what raw holds. Blocks of a backfill are no retries of one another, so none may be taken for a double.
func (s *Shape) Backfill(table string) string {
	var columns []string
	for _, c := range append(append([]Column{}, s.grain...), s.measures...) {
		columns = append(columns, "`"+c.Name+"`")
	}
	list := strings.Join(columns, ", ")
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM (%s) SETTINGS insert_deduplicate = 0", table, list, list, s.Select)
}

// CreateView makes what people query: groups summed up whether or not parts were merged, without those that are gone.
func (s *Shape) CreateView() string {
	var columns, groups []string
	for _, c := range s.grain {
		columns = append(columns, fmt.Sprintf("t.`%s` AS `%s`", c.Name, c.Name))
		groups = append(groups, fmt.Sprintf("t.`%s`", c.Name))
	}
	for _, c := range s.measures {
		columns = append(columns, fmt.Sprintf("sum(t.`%s`) AS `%s`", c.Name, c.Name))
	}
	group := ""
	if len(groups) > 0 {
		group = "GROUP BY " + strings.Join(groups, ", ") + "\n"
	}
	return fmt.Sprintf("CREATE OR REPLACE VIEW %s DEFINER = CURRENT_USER SQL SECURITY DEFINER AS\nSELECT\n    %s\nFROM %s AS t\n%sHAVING sum(t.`%s`) != 0",
		View(s.Name), strings.Join(columns, ",\n    "), State(s.Name), group, model.Count)
}
