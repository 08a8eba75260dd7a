package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
	"github.com/tidemark-cdc/tidemark/capture/serve"
)

// run executes the program with an empty environment as far as it reads one.
func run(t *testing.T, args ...string) (code int, out, errout string) {
	for _, name := range os.Environ() {
		if name, _, _ = strings.Cut(name, "="); strings.HasPrefix(name, "TIDEMARK_") {
			t.Setenv(name, "")
			require.NoError(t, os.Unsetenv(name))
		}
	}
	var o, e bytes.Buffer
	code = execute(context.Background(), args, &o, &e)
	return code, o.String(), e.String()
}

func file(t *testing.T, text string) string {
	path := filepath.Join(t.TempDir(), "capture.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestHelpSaysHowAndWithWhatEnd(t *testing.T) {
	code, out, _ := run(t, "--help")
	require.Equal(t, exitOK, code)
	for _, want := range []string{"capture run --config", "Exit codes:", "${TIDEMARK_POSTGRES_URL}", "discover", "preflight", "setup"} {
		require.Contains(t, out, want)
	}
	code, out, _ = run(t, "version")
	require.Equal(t, exitOK, code)
	require.Contains(t, out, "capture ")
}

func TestWrongUsage(t *testing.T) {
	good := file(t, `sources: {pg: {kind: postgresql, url: "postgres://u:sesame@127.0.0.1:1/db"}}`)
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"no command":       {nil, "expected one of"},
		"unknown flag":     {[]string{"run", "--bogus"}, "bogus"},
		"no sources":       {[]string{"run"}, "none is configured"},
		"missing file":     {[]string{"run", "-c", "/does/not/exist.yaml"}, "exist.yaml"},
		"unknown source":   {[]string{"run", "-c", good, "-s", "other"}, "there are pg"},
		"no contracts":     {[]string{"run", "-c", good, "--contracts", t.TempDir()}, "contract"},
		"contracts' path":  {[]string{"run", "-c", good, "--contracts", "/does/not/exist"}, "/does/not/exist"},
		"what to describe": {[]string{"discover", "-c", good, "-s", "pg"}, "--table"},
		"both":             {[]string{"discover", "-c", good, "-s", "pg", "--table", "a.b", "--collection", "a.b"}, "--collection"},
	} {
		code, out, errout := run(t, test.args...)
		require.Equal(t, exitUsage, code, "%s: %s", name, errout)
		require.Contains(t, errout, test.want, name)
		require.NotContains(t, out+errout, "sesame", name)
		require.NotContains(t, errout, "goroutine", name)
	}
}

func TestExitCodes(t *testing.T) {
	for class, want := range map[fault.Class]int{
		fault.Config: exitUsage, fault.Setup: exitPreflight, fault.Unreachable: exitUnreachable, fault.Busy: exitUnreachable,
		fault.Fenced: exitFenced, fault.HistoryLost: exitOperator, fault.TopicGone: exitOperator, fault.Denied: exitOperator,
		fault.Unknown: exitFailed,
	} {
		err := &serve.SourceError{Source: "pg", Err: fault.New(class, "x", errors.New("y"), "")}
		require.Equal(t, want, codeOf(err), class)
	}
	require.Equal(t, exitOK, codeOf(nil))
	require.Equal(t, exitOK, codeOf(context.Canceled))
	require.Equal(t, exitPreflight, codeOf(errPreflight))
}

func TestFindingsAreReadyToCopy(t *testing.T) {
	var out bytes.Buffer
	show(&out, "pg", []preflight.Finding{{Severity: preflight.Failure, Title: "wal_level is replica", Detail: "Nothing can be decoded.",
		SQL: "ALTER SYSTEM SET wal_level = logical;\n-- then restart"}})
	require.Equal(t, "pg: failure: wal_level is replica\n    Nothing can be decoded.\n    ALTER SYSTEM SET wal_level = logical;\n    -- then restart\n", out.String())
	out.Reset()
	show(&out, "pg", nil)
	require.Equal(t, "pg: nothing is missing\n", out.String())
}
