package fault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/local/stack"
)

// ErrCannot is wrapped by a strike that this machine or user cannot do.
var ErrCannot = errors.New("cannot be struck here")

const (
	volumeSize = 3 << 30   // bytes of a volume, in memory as far as they are used
	crumb      = 128 << 10 // bytes that are left when a volume is full
)

// DiskFull leaves a part no room to write: the file system under its data is made as
// small as what it holds.
func DiskFull(part string) Fault {
	return Fault{
		Name: "disk-full-" + part, Kind: "disk full",
		MustNot: "What was acknowledged before stays; what could not be written was not acknowledged.",
		Least:   3 * time.Second, Most: 12 * time.Second,
		Strike: func(ctx context.Context, r *Rig) error {
			dir, err := volumeOf(r.Stack, part)
			if err != nil {
				return err
			}
			return insist(ctx, func() error { return fill(dir) }) // what is written meanwhile makes it too small
		},
		Heal: func(ctx context.Context, r *Rig) error {
			dir, err := volumeOf(r.Stack, part)
			if errors.Is(err, ErrCannot) {
				return nil
			}
			return firstError(err, resize(dir, volumeSize))
		},
	}
}

// Volumes gives parts file systems of their own, before the stack in dir is started.
// They lie in memory and belong to this process's mount namespace: run in one of its
// own, they go with it. Without the right to mount the error wraps ErrCannot.
func Volumes(dir string, parts ...string) error {
	for _, part := range parts {
		path := filepath.Join(dir, "data", part)
		if err := os.MkdirAll(path, 0o755); err != nil {
			return fmt.Errorf("make a folder for a file system: %w", err)
		}
		if err := syscall.Mount("tmpfs", path, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0755", volumeSize)); err != nil {
			return fmt.Errorf("%w: mount a file system: %w", ErrCannot, err)
		}
	}
	return nil
}

const tmpfsMagic = 0x01021994

func volumeOf(st *stack.Stack, part string) (string, error) {
	dir := st.Site.Path("data", part)
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return "", fmt.Errorf("look at the file system of %s: %w", part, err)
	}
	if fs.Type != tmpfsMagic || fs.Blocks*uint64(fs.Bsize) > volumeSize {
		return "", fmt.Errorf("%w: %s has no file system of its own (only root may make one)", ErrCannot, part)
	}
	return dir, nil
}

func fill(dir string) error {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return fmt.Errorf("look at a file system: %w", err)
	}
	return resize(dir, (fs.Blocks-fs.Bfree)*uint64(fs.Bsize)+crumb)
}

func resize(dir string, size uint64) error {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("size=%d", size)); err != nil {
		return fmt.Errorf("resize a file system: %w", err)
	}
	return nil
}

// Unmount lets the file systems go that Volumes made, once the stack is down.
func Unmount(dir string, parts ...string) {
	for _, part := range parts {
		_ = syscall.Unmount(filepath.Join(dir, "data", part), syscall.MNT_DETACH) // one that was not mounted is no matter
	}
}
