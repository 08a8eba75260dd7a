package site

import (
	"errors"
	"os"
)

// Wipe removes what a stack made and nothing else: its folder may hold other things, the downloads for one. The stack
// must be down.
func (s *Site) Wipe() error {
	var errs []error
	for _, name := range []string{
		"data", "logs", "conf", "contracts", "capture.yaml", "sink.yaml", "ports.json", "secrets.env", "control.sock", "supervisor.pid",
	} {
		errs = append(errs, os.RemoveAll(s.Path(name)))
	}
	return errors.Join(append(errs, os.RemoveAll(s.Aside()))...)
}
