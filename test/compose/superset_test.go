package compose

import (
	"os"
	"os/exec"
	"path/filepath"

	"github.com/stretchr/testify/require"
)

// superset is the API of the stack's Superset for its administrator.
func (s *stand) superset() *rest {
	r := newREST(s.t, "http://"+s.port("superset", 8088))
	var login struct {
		Token string `json:"access_token"`
	}
	r.must("POST", "/api/v1/security/login", map[string]any{"username": "admin", "password": s.secret("superset_admin_password"), "provider": "db"}, &login)
	r.bearer(login.Token)
	var csrf struct{ Result string }
	r.must("GET", "/api/v1/security/csrf_token/", nil, &csrf)
	r.header.Set("X-CSRFToken", csrf.Result)
	return r
}

type dashboard struct {
	ID    int    `json:"id"`
	Title string `json:"dashboard_title"`
}

func dashboards(r *rest) []dashboard {
	r.t.Helper()
	var answer struct{ Result []dashboard }
	r.must("GET", "/api/v1/dashboard/", nil, &answer)
	return answer.Result
}

// dashboardTests runs those of the dashboards' own tests that need no browser, on the Superset in containers: every chart
// shows what SQL says.
func (s *stand) dashboardTests() {
	s.t.Helper()
	a := s.addresses()
	bin, err := filepath.Abs(filepath.Join(root, "bin", "static"))
	require.NoError(s.t, err)
	cmd := exec.Command(filepath.Join(root, "superset", "tests", "run"), "test_charts.py", "test_checks.py")
	cmd.Env = append(os.Environ(),
		"TIDEMARK_SUPERSET_PYTHON="+filepath.Join(s.value("STANDIN_SUPERSET"), "bin", "python"),
		"TIDEMARK_SUPERSET_URL=http://"+s.port("superset", 8088),
		"TIDEMARK_SUPERSET_ADMIN_PASSWORD="+s.secret("superset_admin_password"),
		"TIDEMARK_SUPERSET_ANALYST_PASSWORD="+s.secret("superset_analyst_password"),
		"TIDEMARK_CLICKHOUSE_HTTP_URL="+a.ClickHouse, "TIDEMARK_CLICKHOUSE_PASSWORD="+a.ClickHousePassword,
		"TIDEMARK_CLICKHOUSE_BI_PASSWORD="+s.secret("clickhouse_bi_password"),
		"TIDEMARK_POSTGRES_URL="+a.Postgres, "TIDEMARK_MONGO_URL="+a.Mongo, "TIDEMARK_BIN="+bin)
	out, err := cmd.CombinedOutput()
	require.NoError(s.t, err, string(out))
	s.t.Logf("%s", out)
}
