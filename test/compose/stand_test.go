package compose

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/compose/secrets"
)

// stand is the stack with stand-in images in an engine.
type stand struct {
	t       *testing.T
	env     []string
	docker  string
	secrets string
	apps    bool // with Airflow and Superset
}

// newEngine is an engine with nothing of the stack yet. What is tried in one takes minutes.
func newEngine(t *testing.T) *stand {
	if os.Getenv("TIDEMARK_TEST_COMPOSE") == "" {
		t.Skip("long: make test-compose")
	}
	s := &stand{t: t, docker: dockerCLI(t)}
	host := engine(t)
	plugins, _ := plugin(t, true)
	s.env = append(os.Environ(), "DOCKER_CONFIG="+plugins, "DOCKER_BUILDKIT=1")
	if host != "" {
		s.env = append(s.env, "DOCKER_HOST="+host)
	}
	return s
}

// newStand builds all images. The project is new, and goes with its data at the end.
func newStand(t *testing.T, profiles ...string) *stand {
	s := newEngine(t)
	s.secrets, s.apps = t.TempDir(), slices.Contains(profiles, "airflow") || slices.Contains(profiles, "bi")
	_, err := secrets.Write(s.secrets)
	require.NoError(t, err)
	s.env = append(s.env, "COMPOSE_PROFILES="+strings.Join(profiles, ","),
		"COMPOSE_PROJECT_NAME=tidemark-test-"+strconv.Itoa(os.Getpid()), "TIDEMARK_SECRETS="+s.secrets, "TIDEMARK_VERSION=test",
		"MONGO_REPLICA_SET=secantus", "KAFKA_PORT="+freePort(t), "SINK_PORTS=0")
	for _, p := range []string{"POSTGRES", "MONGO", "CONSOLE", "CLICKHOUSE", "CLICKHOUSE_HTTP", "CAPTURE_POSTGRES", "CAPTURE_MONGO", "AIRFLOW", "SUPERSET"} {
		s.env = append(s.env, p+"_PORT=0")
	}
	s.env = append(s.env, machine(t, s.apps)...)
	s.standIns()
	s.ours()
	t.Cleanup(func() {
		if t.Failed() {
			out, _ := s.command("compose", s.with("logs", "--no-color", "--tail", "40")...).CombinedOutput()
			t.Logf("%s", out)
		}
		out, err := s.command("compose", s.with("down", "--volumes", "--remove-orphans", "--timeout", "20")...).CombinedOutput()
		if err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	return s
}

func (s *stand) with(args ...string) []string {
	files := []string{"-f", "compose/docker-compose.yml", "-f", "test/compose/standin/stack.yml"}
	if s.apps {
		files = append(files, "-f", "test/compose/standin/apps.yml")
	}
	return append(files, args...)
}

func (s *stand) command(verb string, args ...string) *exec.Cmd {
	cmd := exec.Command(s.docker, append([]string{verb}, args...)...)
	cmd.Dir, cmd.Env = root, s.env
	return cmd
}

// run gives the output of a docker command, which must succeed.
func (s *stand) run(verb string, args ...string) string {
	s.t.Helper()
	out, err := s.command(verb, args...).Output()
	var failed *exec.ExitError
	if exitError(err, &failed) {
		s.t.Fatalf("docker %s %v: %v\n%s", verb, args, err, failed.Stderr)
	}
	require.NoError(s.t, err)
	return strings.TrimSpace(string(out))
}

// value is what a variable of the stack's environment says.
func (s *stand) value(name string) string {
	for _, pair := range s.env {
		if value, found := strings.CutPrefix(pair, name+"="); found {
			return value
		}
	}
	s.t.Fatalf("%s is not set", name)
	return ""
}

func (s *stand) compose(args ...string) string {
	s.t.Helper()
	return s.run("compose", s.with(args...)...)
}

func exitError(err error, failed **exec.ExitError) bool { return errors.As(err, failed) }

func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}
