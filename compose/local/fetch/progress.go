package fetch

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how much has arrived in a folder. The clients of the registries report nothing that a program can
// read, but all write what they fetch to where we tell them. Without a terminal: one line before and one after.
func progress(out io.Writer, what string, bytes int64, dir string) (stop func(error)) {
	begin := time.Now()
	f, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		fmt.Fprintf(out, "fetching %s (about %d MB)\n", what, bytes/1e6)
		return func(err error) {
			if err == nil {
				fmt.Fprintf(out, "fetched %s in %.1f s\n", what, time.Since(begin).Seconds())
			}
		}
	}
	bar := progressbar.NewOptions64(bytes, progressbar.OptionSetWriter(out), progressbar.OptionSetDescription(fmt.Sprintf("%-24s", what)),
		progressbar.OptionShowBytes(true), progressbar.OptionShowTotalBytes(true), progressbar.OptionSetPredictTime(false), progressbar.OptionSetWidth(30), progressbar.OptionThrottle(100*time.Millisecond))
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		for {
			select {
			case <-quit:
				return
			case <-time.After(150 * time.Millisecond):
				_ = bar.Set64(min(size(dir), bytes-1)) // the last byte means: all is in place
			}
		}
	}()
	return func(err error) {
		close(quit)
		<-gone
		if err == nil {
			_ = bar.Finish()
		}
		fmt.Fprintln(out)
	}
}

func size(dir string) (sum int64) {
	_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil // it was there a moment ago: a client's temporary file
		}
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			sum += info.Size()
		}
		return nil
	})
	return sum
}
