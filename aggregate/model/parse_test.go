package model

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

const good = `-- name: sold
-- about: what: was sold
-- sources: orders
-- grain: hour, state
-- measures: gross
SELECT toStartOfHour(r.at) AS hour, r.state AS state, sum(r.x * r._sign) AS gross, sum(r._sign) AS n
FROM raw.orders AS r -- a comment
GROUP BY hour, state;
`

func TestParseReadsTheHeaderAndLeavesTheSelect(t *testing.T) {
	m, err := Parse(good)
	require.NoError(t, err)
	require.Equal(t, "sold", m.Name)
	require.Equal(t, "what: was sold", m.About)
	require.Equal(t, []string{"orders"}, m.Sources)
	require.Equal(t, []string{"hour", "state"}, m.Grain)
	require.Equal(t, []string{"gross"}, m.Measures)
	require.Equal(t, "SELECT toStartOfHour", m.Select[:20])
	require.Equal(t, "state", m.Select[len(m.Select)-5:])
}

func TestParseRefusesWhatWouldSumWrongly(t *testing.T) {
	header := "-- name: m\n-- sources: orders\n-- grain: a\n-- measures: x\n"
	for why, text := range map[string]string{
		"no header":        "SELECT 1",
		"no sources":       "-- name: m\n-- measures: x\nSELECT 1",
		"unknown line":     "-- nmae: m\n" + good,
		"not a name":       "-- name: m; DROP\n-- sources: orders\n-- measures: x\nSELECT sum(r.x*r._sign) AS x, sum(r._sign) AS n FROM raw.orders AS r",
		"n in a list":      "-- name: m\n-- sources: orders\n-- measures: n\nSELECT sum(r.x*r._sign), sum(r._sign) AS n FROM raw.orders AS r",
		"other source":     header + "SELECT r.a AS a, sum(r.x*r._sign) AS x, sum(r._sign) AS n FROM raw.users AS r GROUP BY a",
		"no alias":         header + "SELECT a, sum(x*_sign) AS x, sum(_sign) AS n FROM raw.orders GROUP BY a",
		"forgotten sign":   header + "SELECT r.a AS a, sum(r.x) AS x, sum(r._sign) AS n FROM raw.orders AS r GROUP BY a",
		"count for a sum":  header + "SELECT r.a AS a, count() AS x, sum(r._sign) AS n FROM raw.orders AS r GROUP BY a, r._sign",
		"no n for deletes": header + "SELECT r.a AS a, sum(r.x * r._sign) AS x FROM raw.orders AS r GROUP BY a",
	} {
		_, err := Parse(text)
		require.ErrorIs(t, err, ErrModel, why)
	}
}

func TestParseSaysWhyItRefusesWhatNoSumCanKeep(t *testing.T) {
	header := "-- name: m\n-- sources: orders\n-- grain: a\n-- measures: x\n"
	for form, reason := range map[string]string{
		"max(r.x)": "taken back", "argMax(r.x, r._version)": "taken back", "uniqExact(r.x)": "grain", "count()": "grain", "sum(DISTINCT r.x)": "grain",
		"quantileExact(0.5)(r.x)": "step", "avg(r.x)": "divide in a view", "sum(r.x) OVER (PARTITION BY r.a)": "one insert", "sum(r.x * (r.at < now()))": "clock",
	} {
		_, err := Parse(header + "SELECT r.a AS a, " + form + " AS x, sum(r._sign) AS n, sum(r._sign) FROM raw.orders AS r GROUP BY a")
		require.ErrorIs(t, err, ErrModel, form)
		require.ErrorContains(t, err, reason, form)
	}
	_, err := Parse(header + "SELECT r.a AS a, sum(r.x * r._sign) AS x, sum(r._sign) AS n FROM raw.orders AS r LEFT JOIN shop.users AS u ON u.id = r.a GROUP BY a")
	require.ErrorContains(t, err, "join in a view")
}

func TestLoadRefusesTwoModelsOfOneName(t *testing.T) {
	_, err := Load(fstest.MapFS{"a.sql": {Data: []byte(good)}, "b.sql": {Data: []byte(good)}})
	require.ErrorIs(t, err, ErrModel)
	all, err := Load(fstest.MapFS{"a.sql": {Data: []byte(good)}, "notes.txt": {Data: []byte("x")}})
	require.NoError(t, err)
	require.Len(t, all, 1)
}
