// Package docs runs the commands of the documentation as a reader would, in a fresh clone, and holds what they print to what
// the page shows.
package docs

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/compose/local/fetch"
	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

const root = "../.."

// block is one fenced block of a page: commands (sh) or what must be among their output (text).
type block struct{ kind, text string }

var fence = regexp.MustCompile("(?ms)^```(sh|text)\n(.*?)^```$")

func blocks(t *testing.T, page string) (out []block) {
	text, err := os.ReadFile(filepath.Join(root, "docs", page))
	require.NoError(t, err)
	for _, m := range fence.FindAllStringSubmatch(string(text), -1) {
		out = append(out, block{m[1], m[2]})
	}
	require.NotEmpty(t, out)
	return out
}

func TestTutorial(t *testing.T) {
	if os.Getenv("TIDEMARK_TEST_LONG") == "" {
		t.Skip("long: TIDEMARK_TEST_LONG=1 go test ./test/docs")
	}
	st, err := stack.Start(t.Context(), stack.Options{Dir: t.TempDir(), Parts: os.Getenv("TIDEMARK_PARTS"), Ports: "auto",
		Only: []string{"postgres", "kafka", "mongo", "clickhouse"}, Discard: true})
	if st != nil {
		t.Cleanup(func() { _ = st.Stop(context.WithoutCancel(t.Context())) }) // it goes with this process in any case
	}
	require.NoError(t, err)
	python, err := fetch.MongoBin(st.Site)
	require.NoError(t, err)
	env := append(os.Environ(), "PATH="+filepath.Dir(python)+":"+os.Getenv("PATH"))
	for name, value := range st.Env() {
		env = append(env, name+"="+value)
	}
	follow(t, blocks(t, "tutorial.md"), clone(t), env)
}

// clone is the repository as it is committed.
func clone(t *testing.T) string {
	dir := filepath.Join(t.TempDir(), "tidemark")
	out, err := exec.Command("git", "clone", "-q", "--shared", root, dir).CombinedOutput()
	if err != nil {
		t.Skipf("needs a git checkout: %v: %s", err, out)
	}
	return dir
}

// follow runs all commands in one shell, as a reader does, and looks at the output since the block of text before.
func follow(t *testing.T, all []block, dir string, env []string) {
	var script strings.Builder
	script.WriteString("set -euo pipefail\n")
	for i, b := range all {
		if b.kind == "sh" {
			fmt.Fprintf(&script, "echo '@@ %d'\n%s\n", i, b.text)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script.String())
	var out bytes.Buffer
	cmd.Dir, cmd.Env = dir, env
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&out, os.Stderr), io.MultiWriter(&out, os.Stderr)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // what it has put into the background, too
	cmd.WaitDelay = 10 * time.Second
	err := cmd.Run()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) // nothing is left when the page stops what it starts
	require.NoError(t, err, "%s", tail(dir))
	printed := map[int]string{}
	for _, part := range strings.Split(out.String(), "@@ ")[1:] {
		number, text, _ := strings.Cut(part, "\n")
		var i int
		_, err := fmt.Sscan(number, &i)
		require.NoError(t, err)
		printed[i] = text
	}
	since := ""
	for i, b := range all {
		if b.kind == "sh" {
			since += printed[i]
			continue
		}
		for line := range strings.Lines(b.text) {
			require.Contains(t, since, strings.TrimSpace(line), "the page shows it, the commands do not print it")
		}
		since = ""
	}
}

// tail is the end of what the programs in the background have logged.
func tail(dir string) string {
	var out strings.Builder
	logs, _ := filepath.Glob(filepath.Join(dir, "tutorial", "*.log")) // the pattern is right
	for _, path := range logs {
		text, _ := os.ReadFile(path) // it is there
		out.Write(text[max(0, len(text)-2000):])
	}
	return out.String()
}
