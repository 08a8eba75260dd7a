package compose

import (
	"archive/tar"
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/compose/local/fetch"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
	"github.com/tidemark-cdc/tidemark/compose/secrets"
)

// programs are those of ours that have images.
var programs = []string{"inside", "capture", "sink", "aggregate", "shop"}

// stand is the stack with stand-in images in an engine.
type stand struct {
	t       *testing.T
	env     []string
	docker  string
	secrets string
}

// newStand builds all images. The project is new, and goes with its data at the end.
func newStand(t *testing.T) *stand {
	s := &stand{t: t, docker: dockerCLI(t), secrets: t.TempDir()}
	host := engine(t)
	plugins, _ := plugin(t, true)
	_, err := secrets.Write(s.secrets)
	require.NoError(t, err)
	s.env = append(os.Environ(), "DOCKER_CONFIG="+plugins, "DOCKER_BUILDKIT=1", "COMPOSE_PROFILES=core",
		"COMPOSE_PROJECT_NAME=tidemark-test-"+strconv.Itoa(os.Getpid()), "TIDEMARK_SECRETS="+s.secrets, "TIDEMARK_VERSION=test",
		"MONGO_REPLICA_SET=secantus", "KAFKA_PORT="+freePort(t), "SINK_PORTS=0")
	for _, p := range []string{"POSTGRES", "MONGO", "CONSOLE", "CLICKHOUSE", "CLICKHOUSE_HTTP", "CAPTURE_POSTGRES", "CAPTURE_MONGO"} {
		s.env = append(s.env, p+"_PORT=0")
	}
	if host != "" {
		s.env = append(s.env, "DOCKER_HOST="+host)
	}
	s.env = append(s.env, machine(t)...)
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

// machine says where the servers are that the stand-ins mount.
func machine(t *testing.T) []string {
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
	prefix, err := exec.Command(filepath.Join(venv, "bin", "python"), "-c", "import sys; print(sys.base_prefix)").Output()
	require.NoError(t, err)
	python := strings.TrimSpace(string(prefix))
	if strings.HasPrefix(python, "/usr") {
		python = "/usr/share" // it is mounted with /usr already
	}
	program, err := exec.LookPath("java")
	require.NoError(t, err)
	program, err = filepath.EvalSymlinks(program)
	require.NoError(t, err)
	conf, err := filepath.EvalSymlinks(filepath.Join(filepath.Dir(filepath.Dir(program)), "conf", "security", "java.security"))
	if err != nil || !strings.HasPrefix(conf, "/etc/") {
		conf = "/usr/share/" // it lies with Java itself
	} else {
		conf = filepath.Join("/etc", strings.Split(conf, "/")[2])
	}
	libs := filepath.Dir(java[len(java)-1])
	return []string{"STANDIN_PARTS=" + where.Parts, "STANDIN_MONGO=" + venv, "STANDIN_KAFKA=" + filepath.Dir(libs), "STANDIN_CLICKHOUSE=" + filepath.Dir(lib),
		"STANDIN_PYTHON=" + python, "STANDIN_JAVA_CONF=" + strings.TrimSuffix(conf, "/")}
}

// standIns builds the images of the servers.
func (s *stand) standIns() {
	dir := s.t.TempDir()
	require.NoError(s.t, os.CopyFS(dir, os.DirFS("standin")))
	require.NoError(s.t, os.WriteFile(filepath.Join(dir, "root.tar"), rootTar(s.t), 0o644))
	s.compile(dir, "local")
	for _, target := range []string{"postgres", "mongo", "redpanda", "console", "clickhouse"} {
		s.run("build", "-q", "--target", target, "-t", "tidemark/standin-"+target, dir)
	}
}

// ours builds the images of our programs from programs that are compiled here.
func (s *stand) ours() {
	s.compile(filepath.Join(root, "bin", "static"), programs...)
	for _, p := range programs {
		s.run("build", "-q", "-f", "compose/images/Dockerfile", "--build-arg", "PROGRAMS=built", "--target", p, "-t", "tidemark/"+p+":test", ".")
	}
}

func (s *stand) compile(dir string, names ...string) {
	folder := map[string]string{"inside": "compose/inside", "shop": "compose/shop", "local": "compose/local"}
	require.NoError(s.t, os.MkdirAll(dir, 0o755))
	dir, err := filepath.Abs(dir)
	require.NoError(s.t, err)
	args := []string{"build", "-trimpath", "-ldflags", "-s -w", "-o", dir + "/"}
	for _, n := range names {
		at := folder[n]
		if at == "" {
			at = n
		}
		args = append(args, "./"+at+"/cmd/"+n)
	}
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	require.NoError(s.t, err, string(out))
}

// rootTar is what an image needs around the mounted /usr.
func rootTar(t *testing.T) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	put := func(h tar.Header, text string) {
		h.Size = int64(len(text))
		require.NoError(t, w.WriteHeader(&h))
		_, err := w.Write([]byte(text))
		require.NoError(t, err)
	}
	for _, dir := range []string{"usr", "etc", "etc/alternatives", "proc", "sys", "dev", "run", "opt", "opt/standin", "data", "data/db", "data/configdb", "var", "var/lib"} {
		put(tar.Header{Name: dir + "/", Typeflag: tar.TypeDir, Mode: 0o755}, "")
	}
	put(tar.Header{Name: "tmp/", Typeflag: tar.TypeDir, Mode: 0o1777}, "")
	for _, link := range []string{"bin", "sbin", "lib", "lib64"} {
		put(tar.Header{Name: link, Typeflag: tar.TypeSymlink, Linkname: "usr/" + link, Mode: 0o777}, "")
	}
	put(tar.Header{Name: "etc/passwd", Typeflag: tar.TypeReg, Mode: 0o644}, "root:x:0:0::/root:/bin/bash\nmongodb:x:999:999::/:/bin/false\n")
	put(tar.Header{Name: "etc/group", Typeflag: tar.TypeReg, Mode: 0o644}, "root:x:0:\nmongodb:x:999:\n")
	require.NoError(t, w.Close())
	return b.Bytes()
}

func (s *stand) with(args ...string) []string {
	return append([]string{"-f", "compose/docker-compose.yml", "-f", "test/compose/standin/stack.yml"}, args...)
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
