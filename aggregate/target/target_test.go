package target

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/aggregate/model"
)

func sold() *model.Model {
	return &model.Model{Name: "sold", Sources: []string{"orders"}, Grain: []string{"state", "hour"}, Measures: []string{"gross", "items"},
		Select: "SELECT toStartOfHour(r.at) AS hour, r.state AS state, sum(r.x * r._sign) AS gross, sum(r.i * r._sign) AS items, sum(r._sign) AS n FROM raw.orders AS r GROUP BY hour, state"}
}

func columns() []Column {
	return []Column{{"hour", "DateTime('UTC')"}, {"state", "LowCardinality(String)"}, {"gross", "Decimal(38, 2)"}, {"items", "Int64"}, {"n", "Int64"}}
}

func TestStatementsAreTheGoldenOnes(t *testing.T) {
	s, err := NewShape(sold(), columns())
	require.NoError(t, err)
	b := &Build{Shape: s, Serial: 2, Cut: true}
	whole := &Build{Shape: s, Serial: 1}
	got := strings.Join([]string{b.CreateState(), b.CreatePast(), b.CreateFeed("_offset >= 7"), b.Backfill("_offset < 7", "a/b"), b.Whole(), b.CreateView(), b.CreateLines(),
		whole.CreateFeed("true"), whole.CreateView(), whole.CreateLines()}, ";\n\n") + ";\n"
	path := filepath.Join("testdata", "sold.sql")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestColumnsThatCannotBeRetractedAreRefused(t *testing.T) {
	for why, wrong := range map[string]Column{
		"floats do not cancel out":        {"gross", "Float64"},
		"NULL does not come back":         {"gross", "Nullable(Decimal(38, 2))"},
		"unsigned sums cannot be negated": {"gross", "UInt64"},
		"a text is no measure":            {"gross", "String"},
		"a group needs a value":           {"state", "LowCardinality(Nullable(String))"},
		"not in the header":               {"extra", "Int64"},
	} {
		c := columns()
		for i := range c {
			if c[i].Name == wrong.Name {
				c[i] = wrong
			}
		}
		if wrong.Name == "extra" {
			c = append(c, wrong)
		}
		_, err := NewShape(sold(), c)
		require.ErrorIs(t, err, ErrShape, why)
	}
	_, err := NewShape(sold(), columns()[1:])
	require.ErrorIs(t, err, ErrShape, "a column of the header is missing")
}

func TestMarkFollowsWhatTheModelMeansNotItsLayout(t *testing.T) {
	mark := func(change func(*model.Model)) string {
		m := sold()
		change(m)
		s, err := NewShape(m, columns())
		require.NoError(t, err)
		return s.Mark()
	}
	same := mark(func(*model.Model) {})
	require.Equal(t, same, mark(func(m *model.Model) { m.Select = strings.ReplaceAll(m.Select, " ", "\n  ") }))
	require.Equal(t, same, mark(func(m *model.Model) { m.About = "other words" }))
	require.NotEqual(t, same, mark(func(m *model.Model) { m.Select = strings.ReplaceAll(m.Select, "r.x", "r.y") }))
	require.NotEqual(t, same, mark(func(m *model.Model) { m.Grain = []string{"hour", "state"} }))
}

func TestSmallDecimalsAreKeptWide(t *testing.T) {
	c := columns()
	c[2].Type = "Decimal(18, 4)"
	s, err := NewShape(sold(), c)
	require.NoError(t, err)
	require.Contains(t, (&Build{Shape: s, Serial: 1}).CreateState(), "SimpleAggregateFunction(sum, Decimal(38, 4))")
}

func TestWhatIsWrittenInCommentsIsReadAgain(t *testing.T) {
	s, err := NewShape(sold(), columns())
	require.NoError(t, err)
	b := &Build{Shape: s, Serial: 3}
	name, mark, serial, ok := Noted(b.State(), b.note())
	require.True(t, ok)
	require.Equal(t, "sold", name)
	require.Equal(t, s.Mark(), mark)
	require.Equal(t, 3, serial)
	name, mark, serial, ok = Noted("sales_state.sold", "tidemark model "+s.Mark())
	require.True(t, ok, "a state of the time when there was one only")
	require.Equal(t, []any{"sold", s.Mark(), 0}, []any{name, mark, serial})
	require.Equal(t, b.State(), Shown("Some words. ["+b.State()+"]"))
	require.Empty(t, Shown("a view of somebody else"))
	for table, comment := range map[string]string{b.State(): "a table of somebody else", b.State() + "_copy": b.note(), Past(b.State()): b.note()} {
		_, _, _, ok = Noted(table, comment)
		require.False(t, ok, table)
	}
}
