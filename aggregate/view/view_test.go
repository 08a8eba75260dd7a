package view

import (
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

func TestAKeptViewSaysHowOften(t *testing.T) {
	v, err := Parse("-- name: kept\n-- about: it's kept\n-- over: sold\n-- refresh: 5 minutes\nSELECT count() AS n FROM sales.sold AS s")
	require.NoError(t, err)
	require.Contains(t, v.createKept(), "CREATE MATERIALIZED VIEW sales.kept REFRESH AFTER 5 MINUTE\n")
	_, err = Parse("-- name: kept\n-- about: x\n-- over: sold\n-- refresh: often\nSELECT 1 FROM sales.sold AS s")
	require.ErrorIs(t, err, ErrView)
}
