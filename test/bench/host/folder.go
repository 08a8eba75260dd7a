// Package host gives a benchmark servers of its own in a folder of its own, and takes
// both away again, also those of a benchmark that was killed.
package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

const prefix = "tidemark-bench-"

// folder is a folder under base that is locked for as long as this process lives.
type folder struct {
	path string
	lock *os.File
}

func newFolder(base string) (*folder, error) {
	path, err := os.MkdirTemp(base, prefix)
	if err != nil {
		return nil, fmt.Errorf("make the benchmark's folder: %w", err)
	}
	// PostgreSQL's own account must pass through it.
	if err := os.Chmod(path, 0o711); err != nil {
		return nil, fmt.Errorf("open the benchmark's folder: %w", err)
	}
	lock, err := os.Create(filepath.Join(path, "lock"))
	if err != nil {
		return nil, fmt.Errorf("lock the benchmark's folder: %w", err)
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, fmt.Errorf("lock the benchmark's folder: %w", err)
	}
	return &folder{path: path, lock: lock}, nil
}

// sweep removes the folders of benchmarks that were killed. Their servers have ended
// with them, or are about to: Stop waits for that.
func sweep(ctx context.Context, base string) error {
	found, err := filepath.Glob(filepath.Join(base, prefix+"*"))
	if err != nil {
		return fmt.Errorf("look for old folders in %s: %w", base, err)
	}
	var errs []error
	for _, path := range found {
		// Without a lock file it is another benchmark's that begins at this moment.
		lock, err := os.Open(filepath.Join(path, "lock"))
		if err != nil {
			continue
		}
		if unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
			errs = append(errs, remove(ctx, path))
		}
		lock.Close()
	}
	return errors.Join(errs...)
}

// remove stops the stack of a folder, if it still runs, and removes all that it made:
// PostgreSQL's data may lie elsewhere.
func remove(ctx context.Context, path string) error {
	st, err := stack.Attach(stack.Options{Dir: filepath.Join(path, "stack")})
	if err == nil {
		err = errors.Join(st.Stop(ctx), st.Wipe())
	}
	if err == nil {
		err = os.RemoveAll(path)
	}
	if err != nil {
		return fmt.Errorf("remove %s: %w", path, err)
	}
	return nil
}
