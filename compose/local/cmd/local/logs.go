package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

type logsCommand struct {
	Follow bool   `short:"f" help:"Go on with what is added, until interrupted."`
	Bytes  int64  `default:"3000" help:"How much of the end of each log."`
	Part   string `arg:"" optional:"" help:"Only this part's log."`
}

func (l *logsCommand) Run(ctx context.Context, c *cli) error {
	st, err := stack.Attach(c.options())
	if err != nil {
		return err
	}
	f := follower{pattern: st.Site.Path("logs", "*.log"), tail: l.Bytes, read: map[string]int64{}}
	if l.Part != "" {
		f.pattern = st.Site.Log(l.Part)
	}
	f.look(os.Stdout)
	for l.Follow {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
			f.look(os.Stdout)
		}
	}
	return nil
}

// follower prints what is new in some files, each line after the name of its part.
type follower struct {
	pattern string
	tail    int64            // how much of a file's end to begin with
	read    map[string]int64 // how far each file was printed
}

func (f *follower) look(out io.Writer) {
	files, _ := filepath.Glob(f.pattern)
	for _, path := range files {
		info, err := os.Stat(path)
		if err != nil {
			continue
		}
		from, known := f.read[path]
		if !known {
			from = max(0, info.Size()-f.tail)
		}
		if info.Size() < from { // it was cut
			from = 0
		}
		f.read[path] = from + printFrom(out, path, from, !known && from > 0)
	}
}

// printFrom prints the whole lines from an offset on and says how many bytes they have. cut: the first one is not whole.
func printFrom(out io.Writer, path string, from int64, cut bool) int64 {
	file, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer file.Close()
	text, _ := io.ReadAll(io.NewSectionReader(file, from, 1<<20))
	whole := strings.LastIndexByte(string(text), '\n') + 1
	name := strings.TrimSuffix(filepath.Base(path), ".log")
	for line := range strings.Lines(string(text[:whole])) {
		if !cut {
			fmt.Fprintf(out, "%-18s %s", name, line)
		}
		cut = false
	}
	return int64(whole)
}
