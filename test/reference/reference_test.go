package reference

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheReferenceIsUpToDate holds docs/reference to the code.
func TestTheReferenceIsUpToDate(t *testing.T) {
	const root = "../.."
	bin := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"build", "-o", bin + "/"}, Folders()...)...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	pages, err := Source{Root: root, Run: Programs(bin)}.Pages()
	require.NoError(t, err)
	for name, want := range pages {
		got, err := os.ReadFile(filepath.Join(root, "docs", "reference", name))
		require.NoError(t, err)
		require.Equal(t, want, string(got), "%s is out of date: make reference", name)
	}
}

func TestPagesHoldWhatTheyAreFor(t *testing.T) {
	s := Source{Root: "../..", Run: func(string, ...string) (string, error) {
		return "Usage: x\n\nExit codes: 0 done; 7 odd.\n\nCommands:\n  run    Go.\n  deadletters list [flags]\n    More.\n", nil
	}}
	pages, err := s.Pages()
	require.NoError(t, err)
	for page, want := range map[string]string{
		"settings.md": "`TIDEMARK_CLICKHOUSE_CLUSTER`", "metrics.md": "`tidemark_sink_stopped` | topic,partition | 1 for a partition", "topics.md": "`tidemark.watermarks` | has one partition",
		"tables.md": "### ops.tidemark\n\n```\nPer source the tidemark", "commands.md": "### capture deadletters list", "exit-codes.md": "| `sink` | 0 done; 7 odd. |",
	} {
		require.Contains(t, pages[page], want)
	}
}
