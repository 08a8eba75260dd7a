package control

import (
	"os"
	"syscall"

	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// Held says whether a supervisor holds the stack: it does until its last part has stopped.
func Held(s *site.Site) bool {
	f, err := os.Open(s.Path("supervisor.pid"))
	if err != nil {
		return false
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) != nil
}
