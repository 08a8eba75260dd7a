package compose

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// engine is the Docker engine that TIDEMARK_TEST_DOCKER names, else the one that runs here, else one of this test's own.
// Where none can be had the test skips.
func engine(t *testing.T) string {
	if host := os.Getenv("TIDEMARK_TEST_DOCKER"); host != "" {
		return host
	}
	if exec.CommandContext(t.Context(), dockerCLI(t), "version").Run() == nil {
		return os.Getenv("DOCKER_HOST")
	}
	program, err := exec.LookPath("dockerd")
	if err != nil || os.Geteuid() != 0 {
		t.Skip("needs a Docker engine: dockerd (Debian: docker.io, iptables) and root, or TIDEMARK_TEST_DOCKER=unix:///...")
	}
	alone(t)
	dir, err := os.MkdirTemp("", "tidemark-docker-") // a socket's path may not be long, as t.TempDir's is
	require.NoError(t, err)
	log, err := os.Create(filepath.Join(dir, "log"))
	require.NoError(t, err)
	host := "unix://" + filepath.Join(dir, "sock")
	cmd := exec.Command(program, "--data-root", filepath.Join(dir, "data"), "--exec-root", filepath.Join(dir, "exec"),
		"-H", host, "--pidfile", filepath.Join(dir, "pid"))
	cmd.Stdout, cmd.Stderr = log, log
	// The kernel ends it with us; what it has started ends with its containerd.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		_ = os.RemoveAll(dir)
	})
	await(t, "the Docker engine", func(ctx context.Context) error {
		return exec.CommandContext(ctx, dockerCLI(t), "-H", host, "version").Run()
	})
	return host
}

// alone waits until no other test of this machine has an engine: two would give their networks the same addresses.
func alone(t *testing.T) {
	lock, err := os.OpenFile(filepath.Join(os.TempDir(), "tidemark-docker.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	require.NoError(t, err)
	t.Cleanup(func() { _ = lock.Close() })
	require.NoError(t, syscall.Flock(int(lock.Fd()), syscall.LOCK_EX))
}

// dockerCLI is the first docker command of the PATH that can build with BuildKit: one before version 23 does by itself, a
// later one takes the buildx component.
func dockerCLI(t *testing.T) string {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		program, err := exec.LookPath(filepath.Join(dir, "docker"))
		if err != nil {
			continue
		}
		out, _ := exec.CommandContext(t.Context(), program, "version", "--format", "{{.Client.Version}}").Output() // fails without an engine, and says it
		major, _, _ := strings.Cut(string(out), ".")
		if n, err := strconv.Atoi(major); err == nil && n < 23 || exec.CommandContext(t.Context(), program, "buildx", "version").Run() == nil {
			return program
		}
	}
	t.Skip("needs a docker command that can build with BuildKit")
	return ""
}

// plugin is the folder of a docker configuration with compose in it. TIDEMARK_COMPOSE names the program; the tests that may
// take long build it once, of the version that this file names.
func plugin(t *testing.T, build bool) (dir, program string) {
	for _, p := range []string{os.Getenv("TIDEMARK_COMPOSE"), filepath.Join(root, ".local", "compose", "docker-compose")} {
		if _, err := os.Stat(p); p != "" && err == nil {
			program = p
			break
		}
	}
	if program == "" && build {
		program = buildCompose(t)
	}
	if program == "" {
		t.Skip("needs docker compose: make test-compose builds it, TIDEMARK_COMPOSE=... names it")
	}
	dir = t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "cli-plugins"), 0o755))
	program, err := filepath.Abs(program)
	require.NoError(t, err)
	require.NoError(t, os.Symlink(program, filepath.Join(dir, "cli-plugins", "docker-compose")))
	return dir, program
}

const composeVersion = "v5.0.2"

func buildCompose(t *testing.T) string {
	dir, err := filepath.Abs(filepath.Join(root, ".local", "compose"))
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	cmd := exec.Command("go", "install", "github.com/docker/compose/v5/cmd@"+composeVersion)
	cmd.Dir, cmd.Env = os.TempDir(), append(os.Environ(), "GOBIN="+dir, "GOFLAGS=")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.NoError(t, os.Rename(filepath.Join(dir, "cmd"), filepath.Join(dir, "docker-compose")))
	return filepath.Join(dir, "docker-compose")
}

// root is the repository.
const root = "../.."

func await(t *testing.T, what string, ask func(context.Context) error) {
	t.Helper()
	within(t, 5*time.Minute, what, ask)
}

// within asks until there is no error, or the test is given up.
func within(t *testing.T, limit time.Duration, what string, ask func(context.Context) error) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		err := ask(ctx)
		cancel()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			require.NoError(t, fmt.Errorf("wait for %s: %w", what, err))
		}
		time.Sleep(500 * time.Millisecond)
	}
}
