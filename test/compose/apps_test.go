package compose

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDashboardsAndDags is Superset and Airflow in containers: the dashboards show what SQL says, a comparison of everything
// finds nothing and a compaction follows it, and what people did in them outlives their containers.
func TestDashboardsAndDags(t *testing.T) {
	s := newStand(t, "core", "shop", "bi", "airflow")
	s.up()
	s.sellsForMonths(12000)
	s.equal()
	s.dashboardTests()

	require.Contains(t, s.compose("exec", "-T", "airflow-scheduler", "bash", "/with-secrets.sh", "airflow", "dags", "list"), "reconcile")
	dags := s.airflow()
	dags.switchOn("compact") // follows reconcile
	dags.switchOn("reconcile")
	dags.succeeds("reconcile", 1)
	dags.succeeds("compact", 1)
	s.compared()
	s.equal()
	s.exact()

	bi := s.superset()
	edited := dashboards(bi)[0]
	edited.Title = "As people here call it"
	bi.must("PUT", fmt.Sprintf("/api/v1/dashboard/%d", edited.ID), map[string]string{"dashboard_title": edited.Title}, nil)
	runs := dags.runs("reconcile")

	s.compose("down", "--timeout", "60")
	s.up()
	require.Contains(t, dashboards(s.superset()), edited, "an edit outlives its container")
	require.Subset(t, s.airflow().runs("reconcile"), runs, "so do the runs")
	s.sells(200)
	s.equal()
	s.exact()
}

// up starts every service, and stops the shop of its own, so that there is an end that both sides can be compared at.
func (s *stand) up() {
	s.t.Helper()
	s.compose("up", "-d", "--no-build", "--wait")
	s.compose("stop", "shop")
}

// compared looks at what the comparison noted: every table and every aggregate, and all were equal.
func (s *stand) compared() {
	s.t.Helper()
	found := map[string]int{}
	require.NoError(s.t, s.clickhouse().Query(s.t.Context(),
		"SELECT kind, toString(uniqExact(table)), toString(countIf(state != 'equal')) FROM ops.reconciliation FINAL GROUP BY kind",
		func(v []*string) error {
			require.Equal(s.t, "0", *v[2], "%s: some are not equal", *v[0])
			n, err := strconv.Atoi(*v[1])
			found[*v[0]] = n
			return err
		}))
	require.Equal(s.t, len(s.contracts()), found["table"])
	require.NotZero(s.t, found["aggregate"])
}
