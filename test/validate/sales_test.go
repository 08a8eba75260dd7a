package validate

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Every aggregate is there and right, and one that lacks a row, has one too many or is
// off by the smallest amount in any measure is seen.
func TestEveryAggregateThatIsWrongIsSeen(t *testing.T) {
	r := stackOf(t)
	r.shop(t, "--rate", "0", "--changes", "6000", "--seed", "3", "--orders-per-hour", "1")
	env := Env{Contracts: shopContracts(t), Sides: r.sides}
	failures, err := salesOf(t.Context(), &env, time.Now().Add(time.Minute))
	require.NoError(t, err)
	require.Empty(t, failures)
	wanted := salesWanted(&env)
	require.Len(t, wanted, 18)
	for _, s := range wanted {
		t.Run(s.name, func(t *testing.T) { r.breakSale(t, s) })
	}
	env.Models = []string{"cash"}
	require.Len(t, salesWanted(&env), 1)
	env.Models = []string{}
	require.Empty(t, salesWanted(&env))
}

// breakSale checks views that are wrong in one way each.
func (r *rig) breakSale(t *testing.T, s sale) {
	columns := strings.Join(append(append([]string{}, s.dimensions...), s.measures...), ", ")
	first := "(" + strings.Join(s.dimensions, ", ") + ") = (SELECT " + strings.Join(s.dimensions, ", ") + " FROM sales." + s.name + " ORDER BY " + strings.Join(s.dimensions, ", ") + " LIMIT 1)"
	wrong := map[string]string{
		"a row less":   "SELECT " + columns + " FROM sales." + s.name + " WHERE NOT (" + first + ")",
		"a row twice":  "SELECT " + columns + " FROM sales." + s.name + " UNION ALL SELECT " + columns + " FROM sales." + s.name + " WHERE " + first,
		"nothing":      "SELECT " + columns + " FROM sales." + s.name + " WHERE 0",
		"no dimension": "SELECT " + strings.Replace(columns, s.dimensions[1], "'?' AS "+s.dimensions[1], 1) + " FROM sales." + s.name,
	}
	for i, m := range s.measures {
		changed := append([]string{}, s.measures...)
		changed[i] = m + " + if(" + first + ", toDecimal64(0.01, 2), toDecimal64(0, 2)) AS " + m
		wrong[m+" off by a cent"] = "SELECT " + strings.Join(append(append([]string{}, s.dimensions...), changed...), ", ") + " FROM sales." + s.name
	}
	name := s.name
	s.name = "breached_" + name
	defer r.do(t, "DROP VIEW sales."+s.name)
	r.do(t, "CREATE OR REPLACE VIEW sales."+s.name+" AS SELECT * FROM sales."+name)
	f, err := s.check(t.Context(), r.sides)
	require.NoError(t, err)
	require.Nil(t, f)
	want, err := s.recompute(t.Context(), r.sides, &s)
	require.NoError(t, err)
	for how, sql := range wrong {
		r.do(t, "CREATE OR REPLACE VIEW sales."+s.name+" AS "+sql)
		have, err := s.read(t.Context(), r.sides.ClickHouse)
		require.NoError(t, err, how)
		require.NotEmpty(t, want.differ(have), how)
	}
	f, err = s.check(t.Context(), r.sides)
	require.NoError(t, err)
	require.NotNil(t, f)
}
