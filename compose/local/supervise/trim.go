package supervise

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

const (
	longLog = 64 << 20 // bytes after which a log is cut
	keptLog = 8 << 20  // bytes of its end that stay, in a second file
)

// TrimLogs keeps the logs of the parts from filling the disk, until ctx ends.
func (v *Supervisor) TrimLogs(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(30 * time.Second):
		}
		files, _ := filepath.Glob(v.site.Path("logs", "*.log"))
		for _, f := range files {
			if err := trim(f, longLog, keptLog); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
	}
}

// trim cuts a log that its writers append to: they go on at its new end. What is written between the copy and the
// cut is lost; it is a log.
func trim(path string, long, kept int64) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("cut a log: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() <= long {
		return err
	}
	old, err := os.Create(path + ".1")
	if err != nil {
		return fmt.Errorf("keep the end of a log: %w", err)
	}
	_, err = io.Copy(old, io.NewSectionReader(f, info.Size()-kept, kept))
	return errors.Join(err, old.Close(), f.Truncate(0))
}
