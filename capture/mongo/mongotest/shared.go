package mongotest

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

var started = sync.OnceValues(start)

// binary finds the server's program below the repository's .local folder.
func binary() string {
	dir, err := os.Getwd()
	for ; err == nil && dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err != nil {
			continue
		}
		found, _ := filepath.Glob(filepath.Join(dir, ".local/parts/mongo-*/venv/bin/secantusd-py"))
		if len(found) > 0 {
			return found[len(found)-1]
		}
	}
	return ""
}

// prefix of the servers' folders; the process id of the test that made one follows.
const prefix = "tidemark-mongo-"

// sweep removes the folders of tests that are over: a server outlives each test, so no test can remove its own.
func sweep() {
	found, _ := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*"))
	for _, dir := range found {
		var pid int
		if n, _ := fmt.Sscanf(filepath.Base(dir), prefix+"%d-", &pid); n == 1 && syscall.Kill(pid, 0) != nil {
			_ = os.RemoveAll(dir)
		}
	}
}

// start runs a server for as long as this process lives.
func start() (string, error) {
	program := binary()
	if program == "" {
		return "", nil
	}
	sweep()
	dir, err := os.MkdirTemp("", fmt.Sprintf("%s%d-", prefix, os.Getpid()))
	if err != nil {
		return "", err
	}
	s, err := prepare(program, dir, nil)
	if err != nil {
		return "", err
	}
	return s.URL, s.Start()
}
