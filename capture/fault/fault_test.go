package fault

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// classes reads the Class constants from the source, so that a new one cannot be left out
// of the table.
func classes(t *testing.T) (all []Class) {
	f, err := parser.ParseFile(token.NewFileSet(), "table.go", nil, 0)
	require.NoError(t, err)
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || v.Type == nil || v.Type.(*ast.Ident).Name != "Class" {
			return true
		}
		text, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
		require.NoError(t, err)
		all = append(all, Class(text))
		return true
	})
	require.Greater(t, len(all), 10)
	return all
}

func TestEveryClassHasAnActionAndAPersonIsToldWhatToDo(t *testing.T) {
	for _, c := range classes(t) {
		r, ok := table[c]
		require.True(t, ok, c)
		require.Equal(t, r.action != Retry, r.hint != "", c)
	}
}

func TestClassSurvivesWrapping(t *testing.T) {
	cause := errors.New("cause")
	err := fmt.Errorf("source pg: %w", New(HistoryLost, "start slot s", cause, "Do this."))
	require.ErrorIs(t, err, cause)
	require.Equal(t, HistoryLost, ClassOf(err))
	require.True(t, Is(err, HistoryLost))
	require.Equal(t, Operator, ActionOf(err))
	require.Equal(t, "Do this.", HintOf(err))
	require.Equal(t, "source pg: start slot s: cause", err.Error())
	require.NotEmpty(t, HintOf(New(HistoryLost, "x", cause, "")), "the class's own")
}

func TestWhatNobodyClassifiedIsRetried(t *testing.T) {
	require.Equal(t, Retry, ActionOf(errors.New("x")))
	require.Equal(t, Operator, ActionOf(New("made up", "x", nil, "")))
	require.False(t, Is(nil, Unknown))
}
