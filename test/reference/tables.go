package reference

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/tidemark-cdc/tidemark/aggregate/model"
	"github.com/tidemark-cdc/tidemark/aggregate/models"
	"github.com/tidemark-cdc/tidemark/aggregate/view"
	"github.com/tidemark-cdc/tidemark/aggregate/views"
	"github.com/tidemark-cdc/tidemark/schemas/contract"
)

func (s Source) tables() (string, error) {
	var b strings.Builder
	b.WriteString("# Tables\n\n")
	for _, part := range []func(*strings.Builder) error{s.contracts, s.aggregates, s.fixed} {
		if err := part(&b); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

// contracts are the tables that every contract has, and those of the shop.
func (s Source) contracts(b *strings.Builder) error {
	all, err := contract.Load(os.DirFS(filepath.Join(s.Root, "schemas", "shop")))
	if err != nil {
		return err
	}
	b.WriteString(`## Of a contract

| name | what it is |
|---|---|
| ` + "`raw.<table>`" + ` | every change, signed: the contract's columns and ` + "`_sign`, `_version`, `_op`, `_commit_time`, `_incarnation`, `_partition`, `_offset`" + ` |
| ` + "`current.<table>`" + ` | storage of the current rows (ReplacingMergeTree by position); nobody reads it |
| ` + "`<database>.<table>`" + ` | the view that people read: FINAL, without what is deleted, with ` + "`_version`" + ` |

On a cluster (` + "`clickhouse.cluster`" + `) raw and current are Distributed tables over ` + "`raw_local` and `current_local`" + `.

`)
	for _, c := range all {
		fmt.Fprintf(b, "### %s\n\nFrom `%s`.\n\n", c.Target, c.Topic())
		var rows [][]string
		for i, col := range c.Columns {
			key := ""
			for _, k := range c.Key {
				if k == i {
					key = "key"
				}
			}
			rows = append(rows, []string{code(col.Name), code(col.ClickHouse), key})
		}
		table(b, []string{"column", "type", ""}, rows)
	}
	return nil
}

func (s Source) aggregates(b *strings.Builder) error {
	all, err := model.Load(models.Files)
	if err != nil {
		return err
	}
	b.WriteString("## Aggregates\n\nViews in `sales`, exact under updates, deletes and late refunds; each has `n`, the rows that it sums.\n\n")
	var rows [][]string
	for _, m := range all {
		rows = append(rows, []string{code("sales." + m.Name), m.About, strings.Join(m.Grain, ", "), strings.Join(m.Measures, ", ")})
	}
	table(b, []string{"view", "what it says", "by", "sums"}, rows)
	over, err := view.Load(views.Files)
	if err != nil {
		return err
	}
	rows = nil
	for _, v := range over {
		rows = append(rows, []string{code("sales." + v.Name), v.About, strings.Join(v.Over, ", ")})
	}
	table(b, []string{"view over them", "what it says", "reads"}, rows)
	return nil
}

var create = regexp.MustCompile(`(?m)^CREATE (?:TABLE IF NOT EXISTS|OR REPLACE VIEW) (ops\.\w+)`)

// fixed are the tables of ops: what stands before each CREATE in its file explains it.
func (s Source) fixed(b *strings.Builder) error {
	b.WriteString("## ops\n\n")
	names, err := filepath.Glob(filepath.Join(s.Root, "clickhouse", "sql", "*.sql"))
	if err != nil {
		return err
	}
	for _, path := range names {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var comment []string
		for line := range strings.Lines(string(text)) {
			m := create.FindStringSubmatch(line)
			switch {
			case strings.HasPrefix(line, "--"):
				comment = append(comment, strings.TrimPrefix(strings.TrimPrefix(line, "--"), " "))
			case m != nil:
				fmt.Fprintf(b, "### %s\n\n```\n%s```\n\n", m[1], strings.Join(comment, ""))
				comment = nil
			case strings.TrimSpace(line) == "":
			case strings.HasPrefix(line, " "):
			default:
				comment = nil
			}
		}
	}
	return nil
}
