package compose

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOurProgramsAreCompiledInTheirImage is the stage of our images that compiles, on this machine's Go instead of the image
// of Go, with the modules that were downloaded here: minutes.
func TestOurProgramsAreCompiledInTheirImage(t *testing.T) {
	s := newEngine(t)
	dir := s.context()
	s.shell(dir)
	require.NoError(t, os.CopyFS(filepath.Join(dir, "go"), os.DirFS(goEnv(t, "GOROOT"))))
	require.NoError(t, os.CopyFS(filepath.Join(dir, "modules"), os.DirFS(filepath.Join(goEnv(t, "GOMODCACHE"), "cache", "download"))))
	s.standIn(dir, "go")
	for _, p := range programs {
		image := "tidemark/" + p + ":compiled"
		s.run("build", "-q", "-f", "compose/images/Dockerfile", "--build-arg", "GO=tidemark/standin-go", "--target", p, "-t", image, ".")
		require.Contains(t, s.run("run", "--rm", "--read-only", "--cap-drop", "ALL", image, "--help"), "Usage:", p)
	}
}

func goEnv(t *testing.T, name string) string {
	out, err := exec.Command("go", "env", name).Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(out))
}
