package compose

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/compose/local/fetch"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// machine says where the programs are that the stand-ins mount, those of Airflow and Superset only where they are asked for.
func machine(t *testing.T, apps bool) []string {
	t.Setenv("TIDEMARK_MONGO_PROGRAM", "") // what is mounted is the environment of the fetched one
	where, err := site.Open(site.Options{Dir: t.TempDir(), Parts: os.Getenv("TIDEMARK_PARTS")})
	require.NoError(t, err)
	require.NoError(t, fetch.Ensure(t.Context(), where, []string{"kafka", "mongo", "clickhouse"}, os.Stderr))
	lib, err := fetch.ClickHouseLib(where)
	require.NoError(t, err)
	java, err := fetch.KafkaJava(where)
	require.NoError(t, err)
	mongo, err := fetch.MongoBin(where)
	require.NoError(t, err)
	venv := filepath.Dir(filepath.Dir(mongo))
	libs := filepath.Dir(java[len(java)-1])
	env := []string{"STANDIN_PARTS=" + where.Parts, "STANDIN_MONGO=" + venv, "STANDIN_KAFKA=" + filepath.Dir(libs), "STANDIN_CLICKHOUSE=" + filepath.Dir(lib),
		"STANDIN_PYTHON=" + pythonBase(t, venv), "STANDIN_JAVA_CONF=" + javaConf(t)}
	if !apps {
		return env
	}
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("needs redis-server")
	}
	require.NoError(t, fetch.Ensure(t.Context(), where, []string{"superset"}, os.Stderr))
	python, err := fetch.SupersetBin(where, "python")
	require.NoError(t, err)
	return append(env, "STANDIN_SUPERSET="+filepath.Dir(filepath.Dir(python)), "STANDIN_AIRFLOW="+airflowVenv(t))
}

// airflowVenv is where make installs what the DAGs run in.
func airflowVenv(t *testing.T) string {
	venv := os.Getenv("TIDEMARK_AIRFLOW_VENV")
	if venv == "" {
		venv = filepath.Join(root, ".local", "airflow-venv")
	}
	venv, err := filepath.Abs(venv)
	require.NoError(t, err)
	if _, err := os.Stat(filepath.Join(venv, "bin", "airflow")); err != nil {
		t.Skip("needs an environment with Airflow: make .local/airflow-venv/installed, or TIDEMARK_AIRFLOW_VENV=DIR")
	}
	return venv
}

// pythonBase is where the Python lies that a virtual environment was made of.
func pythonBase(t *testing.T, venv string) string {
	prefix, err := exec.Command(filepath.Join(venv, "bin", "python"), "-c", "import sys; print(sys.base_prefix)").Output()
	require.NoError(t, err)
	python := strings.TrimSpace(string(prefix))
	if strings.HasPrefix(python, "/usr") {
		return "/usr/share" // it is mounted with /usr already
	}
	return python
}

// javaConf is the folder under /etc where a Debian keeps the settings of Java.
func javaConf(t *testing.T) string {
	program, err := exec.LookPath("java")
	require.NoError(t, err)
	program, err = filepath.EvalSymlinks(program)
	require.NoError(t, err)
	conf, err := filepath.EvalSymlinks(filepath.Join(filepath.Dir(filepath.Dir(program)), "conf", "security", "java.security"))
	if err != nil || !strings.HasPrefix(conf, "/etc/") {
		return "/usr/share" // it lies with Java itself
	}
	return filepath.Join("/etc", strings.Split(conf, "/")[2])
}
