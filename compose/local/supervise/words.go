package supervise

import (
	"io"
	"os"
	"strings"

	"github.com/tidemark-cdc/tidemark/compose/local/process"
)

// lastWords is the last line of a log, to be appended to why a process ended: at most 500 bytes of it.
func lastWords(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil {
		_, _ = f.Seek(max(0, info.Size()-2000), io.SeekStart)
	}
	text, _ := io.ReadAll(f)
	line := strings.TrimSpace(process.LastLines(text, 1))
	if line == "" {
		return ""
	}
	return ": " + line[:min(len(line), 500)]
}
