package demo

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/shopspring/decimal"

	"github.com/tidemark-cdc/tidemark/compose/compare"
)

// aggregate is one of the shop's aggregates and how its source says it should be.
type aggregate struct {
	name       string
	dimensions []string
	measures   []string
	headline   int // which measure the table shows
	source     func(context.Context, *compare.Sides) (buckets, error)
}

// saleResult is what came out for one aggregate.
type saleResult struct {
	aggregate
	inSource, inClickHouse decimal.Decimal
	buckets                int
	differ                 []string
}

// compareSales computes every aggregate from the sources, in their own words (Go over
// documents, SQL in PostgreSQL), and holds the one in ClickHouse against it.
func compareSales(ctx context.Context, sides *compare.Sides) ([]saleResult, error) {
	var results []saleResult
	for _, a := range append(fromDocuments(), fromPostgres()...) {
		want, err := a.source(ctx, sides)
		if err != nil {
			return nil, fmt.Errorf("compute %s from its source: %w", a.name, err)
		}
		have, err := a.read(ctx, sides.ClickHouse)
		if err != nil {
			return nil, fmt.Errorf("read sales.%s: %w", a.name, err)
		}
		results = append(results, saleResult{aggregate: a, inSource: want.total(a.headline), inClickHouse: have.total(a.headline),
			buckets: len(want), differ: want.differ(have)})
	}
	return results, nil
}

// read takes the aggregate out of ClickHouse.
func (a aggregate) read(ctx context.Context, ch compare.ClickHouse) (buckets, error) {
	var columns []string
	for _, c := range append(append([]string(nil), a.dimensions...), a.measures...) {
		columns = append(columns, "toString("+c+")")
	}
	out := buckets{}
	err := ch.Query(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM sales."+a.name, func(row []*string) error {
		return a.take(out, row)
	})
	return out, err
}

// take adds one row of texts: the dimensions, then the measures.
func (a aggregate) take(out buckets, row []*string) error {
	if len(row) != len(a.dimensions)+len(a.measures) {
		return fmt.Errorf("%d columns", len(row))
	}
	texts := make([]string, len(row))
	for i, t := range row {
		if t == nil {
			return fmt.Errorf("column %d is null", i+1)
		}
		texts[i] = *t
	}
	measures := make([]decimal.Decimal, len(a.measures))
	for i := range measures {
		var err error
		if measures[i], err = decimal.NewFromString(texts[len(a.dimensions)+i]); err != nil {
			return fmt.Errorf("measure %s: %w", a.measures[i], err)
		}
	}
	out.add(texts[:len(a.dimensions)], measures...)
	return nil
}

func salesEqual(results []saleResult) bool {
	for _, r := range results {
		if len(r.differ) > 0 {
			return false
		}
	}
	return true
}

func printSales(w io.Writer, results []saleResult) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.AppendHeader(table.Row{"aggregate", "buckets", "measure", "source", "ClickHouse", ""})
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 2, Align: text.AlignRight}, {Number: 4, Align: text.AlignRight}, {Number: 5, Align: text.AlignRight}})
	for _, r := range results {
		verdict := "equal"
		if len(r.differ) > 0 {
			verdict = fmt.Sprintf("%d DIFFER, e.g. %s", len(r.differ), r.differ[0])
		}
		t.AppendRow(table.Row{"sales." + r.name, r.buckets, r.measures[r.headline], r.inSource, r.inClickHouse, verdict})
	}
	t.Render()
}
