// Package target turns a model into the tables and the view that hold it.
package target

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/tidemark-cdc/tidemark/aggregate/model"
)

// ErrShape marks a model whose columns cannot be kept as signed sums.
var ErrShape = errors.New("columns of the model")

// Column is a column of the model's SELECT as ClickHouse describes it.
type Column struct{ Name, Type string }

// Shape is a model with the types of its columns.
type Shape struct {
	*model.Model
	grain, measures []Column // measures end with n
	since           string   // the column that retention counts from
}

// NewShape matches the header with what the SELECT gives and says what of it cannot be summed exactly.
func NewShape(m *model.Model, columns []Column) (*Shape, error) {
	s := &Shape{Model: m}
	for _, c := range columns {
		switch {
		case slices.Contains(m.Grain, c.Name):
			s.grain = append(s.grain, c)
		case c.Name == model.Count || slices.Contains(m.Measures, c.Name):
			s.measures = append(s.measures, c)
		default:
			return nil, fmt.Errorf("%w: %s is neither in grain nor in measures", ErrShape, c.Name)
		}
	}
	if len(s.grain) != len(m.Grain) || len(s.measures) != len(m.Measures)+1 {
		return nil, fmt.Errorf("%w: the SELECT gives %v, the header wants %v, %v and %s", ErrShape, names(columns), m.Grain, m.Measures, model.Count)
	}
	// The header's order is the sorting key's: what is filtered on most comes first.
	slices.SortFunc(s.grain, func(a, b Column) int { return slices.Index(m.Grain, a.Name) - slices.Index(m.Grain, b.Name) })
	for _, c := range s.grain {
		if strings.Contains(c.Type, "Nullable(") {
			return nil, fmt.Errorf("%w: %s is %s: a group needs a value, write ifNull(%s, ...)", ErrShape, c.Name, c.Type, c.Name)
		}
	}
	if err := s.retained(); err != nil {
		return nil, err
	}
	for i := range s.measures {
		var err error
		if s.measures[i].Type, err = sumType(s.measures[i]); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// retained finds the time that says how old a group is.
func (s *Shape) retained() error {
	if s.Retention == 0 {
		return nil
	}
	i := slices.IndexFunc(s.grain, func(c Column) bool { return strings.HasPrefix(c.Type, "Date") })
	if i < 0 {
		return fmt.Errorf("%w: retention needs a time in the grain", ErrShape)
	}
	s.since = s.grain[i].Name
	return nil
}

// Kept is the condition that a group is young enough to be shown, "" when all are. What is beyond it is not right any
// more: a change of an old row adds to a group that was dropped.
func (s *Shape) Kept(alias string) string {
	if s.since == "" {
		return ""
	}
	return fmt.Sprintf("toDate(%s.`%s`) >= toDate(now('UTC')) - %d", alias, s.since, s.Retention)
}

var decimal = regexp.MustCompile(`^Decimal\(\d+, (\d+)\)$`)

// sumType is the type in which a measure is kept: whole numbers and decimals, whose sums come back to zero exactly.
func sumType(c Column) (string, error) {
	if scale := decimal.FindStringSubmatch(c.Type); scale != nil {
		return "Decimal(38, " + scale[1] + ")", nil
	}
	switch {
	case c.Type == "Int64", c.Type == "Int128", c.Type == "Int256":
		return c.Type, nil
	case strings.HasPrefix(c.Type, "Nullable("):
		return "", fmt.Errorf("%w: %s is %s: retracting its last value would leave 0, not NULL; sum ifNull(%s, 0) and count the non-nulls beside it", ErrShape, c.Name, c.Type, c.Name)
	}
	return "", fmt.Errorf("%w: %s is %s: want a signed integer or a Decimal, whose sums cancel out exactly", ErrShape, c.Name, c.Type)
}

func names(columns []Column) []string {
	var out []string
	for _, c := range columns {
		out = append(out, c.Name)
	}
	return out
}
