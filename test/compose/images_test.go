package compose

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"

	"github.com/stretchr/testify/require"
)

// programs are those of ours that have images.
var programs = []string{"inside", "capture", "sink", "aggregate", "shop"}

// standIns builds the images of the servers.
func (s *stand) standIns() {
	targets := []string{"postgres", "mongo", "redpanda", "console", "clickhouse"}
	dir := s.context()
	if s.apps {
		s.shell(dir)
		s.drivers(filepath.Join(dir, "drivers"))
		targets = append(targets, "redis", "airflow", "superset")
	}
	s.compile(dir, "local")
	for _, target := range targets {
		s.standIn(dir, target)
	}
}

// context is what standin/Dockerfile is built from, without what only some of its images need.
func (s *stand) context() string {
	dir := s.t.TempDir()
	require.NoError(s.t, os.CopyFS(dir, os.DirFS("standin")))
	require.NoError(s.t, os.WriteFile(filepath.Join(dir, "root.tar"), rootTar(s.t), 0o644))
	return dir
}

// shell adds what images need whose RUN lines are run.
func (s *stand) shell(dir string) {
	require.NoError(s.t, os.WriteFile(filepath.Join(dir, "build.tar"), buildTar(s.t), 0o644))
}

func (s *stand) standIn(dir, target string) {
	s.run("build", "-q", "--target", target, "-t", "tidemark/standin-"+target, dir)
}

var pinned = regexp.MustCompile(`\b[a-z0-9-]+==[0-9.]+`)

// drivers installs what our images add to the upstream ones beside the locks, of the versions that they name.
func (s *stand) drivers(dir string) {
	install := []string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", dir}
	for _, file := range []string{"airflow.Dockerfile", "superset.Dockerfile"} {
		text, err := os.ReadFile(filepath.Join(root, "compose", "images", file))
		require.NoError(s.t, err)
		names := pinned.FindAllString(string(text), -1)
		require.NotEmpty(s.t, names, file)
		install = append(install, names...)
	}
	out, err := exec.Command("python3", install...).CombinedOutput()
	require.NoError(s.t, err, string(out))
}

// ours builds the images of our programs from programs that are compiled here, and ours of Airflow and Superset.
func (s *stand) ours() {
	s.compile(filepath.Join(root, "bin", "static"), programs...)
	for _, p := range programs {
		s.run("build", "-q", "-f", "compose/images/Dockerfile", "--build-arg", "PROGRAMS=built", "--target", p, "-t", "tidemark/"+p+":test", ".")
	}
	if s.apps {
		s.compose("build", "--quiet", "airflow-init", "superset-init")
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
