package view

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"github.com/tidemark-cdc/tidemark/aggregate/views"
)

func file(name, over, sql string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("-- name: " + name + "\n-- about: it's a view\n-- over: " + over + "\n" + sql)}
}

func TestAViewComesBehindWhatItReads(t *testing.T) {
	all, err := Load(fstest.MapFS{
		"a.sql": file("a", "b, sold", "SELECT 1 FROM sales.b AS b, sales.sold AS s"),
		"b.sql": file("b", "c", "SELECT 1 FROM sales.c AS c"),
		"c.sql": file("c", "shop.users", "SELECT 1 FROM shop.users AS u;"),
	})
	require.NoError(t, err)
	var names []string
	for _, v := range all {
		names = append(names, v.Name)
	}
	require.Equal(t, []string{"c", "b", "a"}, names)
	require.Contains(t, all[0].Create(), "COMMENT 'it''s a view'")
}

func TestLoadRefusesWhatCannotBeMade(t *testing.T) {
	for why, files := range map[string]fstest.MapFS{
		"a circle":          {"a.sql": file("a", "b", "SELECT 1 FROM sales.b AS b"), "b.sql": file("b", "a", "SELECT 1 FROM sales.a AS a")},
		"unread source":     {"a.sql": file("a", "sold", "SELECT 1")},
		"no name":           {"a.sql": file("", "sold", "SELECT 1 FROM sales.sold AS s")},
		"unknown header":    {"a.sql": {Data: []byte("-- nmae: a\nSELECT 1")}},
		"not an identifier": {"a.sql": file("a; DROP", "sold", "SELECT 1 FROM sales.sold AS s")},
	} {
		_, err := Load(files)
		require.ErrorIs(t, err, ErrView, why)
	}
}

func TestTheBuiltInViewsAreViews(t *testing.T) {
	all, err := Load(views.Files)
	require.NoError(t, err)
	require.NotEmpty(t, all)
	for _, v := range all {
		require.NotEmpty(t, v.About, v.Name)
	}
}

func TestAViewThatIsKeptIsMadeOnceAndAnewWhenItsFileChanges(t *testing.T) {
	v, err := Parse("-- name: kept\n-- about: it's kept\n-- over: sold\n-- refresh: 5 minutes\nSELECT count() AS n FROM sales.sold AS s")
	require.NoError(t, err)
	require.Contains(t, v.CreateKept(), "CREATE MATERIALIZED VIEW sales.kept REFRESH AFTER 5 MINUTE\n")
	server := &fake{there: [][]string{{"sales.sold"}}}
	_, err = v.Apply(t.Context(), server)
	require.NoError(t, err)
	require.Equal(t, []string{"DROP VIEW IF EXISTS sales.kept SYNC", v.CreateKept()}, server.ran)
	server.comment, server.ran = v.comment(), nil
	_, err = v.Apply(t.Context(), server)
	require.NoError(t, err)
	require.Empty(t, server.ran, "made again it would be empty until it is computed")
	v.Refresh = "1 hour"
	_, err = v.Apply(t.Context(), server)
	require.NoError(t, err)
	require.Len(t, server.ran, 2)
	_, err = Parse("-- name: kept\n-- about: x\n-- over: sold\n-- refresh: often\nSELECT 1 FROM sales.sold AS s")
	require.ErrorIs(t, err, ErrView)
}

// fake is a server that has tables and one view with a comment.
type fake struct {
	there   [][]string
	comment string
	ran     []string
}

func (f *fake) Exec(_ context.Context, sql string) error { f.ran = append(f.ran, sql); return nil }

func (f *fake) Rows(_ context.Context, sql string) ([][]string, error) {
	if strings.HasPrefix(sql, "SELECT comment") {
		if f.comment == "" {
			return nil, nil
		}
		return [][]string{{f.comment}}, nil
	}
	return f.there, nil
}
