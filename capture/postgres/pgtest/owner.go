package pgtest

import (
	"os"
	"syscall"
)

// give makes a file belong to the owner of another one.
func give(name, as string) error {
	info, err := os.Stat(as)
	if err != nil {
		return err
	}
	owner := info.Sys().(*syscall.Stat_t)
	return os.Chown(name, int(owner.Uid), int(owner.Gid))
}
