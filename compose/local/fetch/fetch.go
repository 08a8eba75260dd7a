// Package fetch brings the servers of the stack onto this machine, by package name through the ordinary clients.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// download is one thing to fetch. It lands in <parts>/<name>-<version>; the file `sums` there, written last,
// says that it is whole.
type download struct {
	name     string
	version  string
	bytes    int64 // what crosses the network, about: the length of the progress bar
	tools    []tool
	optional bool        // only when it is named
	needed   func() bool // nil: always
	get      func(ctx context.Context, s *site.Site, dir, tmp string) error
}

// tool is a program that a download needs, and the Debian package that has it.
type tool struct{ program, debian string }

const sums = "SHA256SUMS"

func all() []download { return []download{postgres(), kafka(), mongo(), clickhouse(), superset()} }

func (d download) dir(s *site.Site) string {
	if d.name == "postgres" && os.Geteuid() == 0 && !site.Reachable(s.Part("postgres")) {
		return filepath.Join(s.PartsAside(), d.name+"-"+d.version) // its account could not get there
	}
	return s.Part(d.name + "-" + d.version)
}

func (d download) here(s *site.Site) bool {
	_, err := os.Stat(filepath.Join(d.dir(s), sums))
	return err == nil
}

// Ensure fetches what is not there yet of the named parts; progress goes to out.
func Ensure(ctx context.Context, s *site.Site, names []string, out io.Writer) error {
	var missing []download
	for _, d := range all() {
		if contains(names, d.name) && (d.needed == nil || d.needed()) && !d.here(s) {
			missing = append(missing, d)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	for _, d := range missing {
		if err := haveTools(d); err != nil {
			return err
		}
	}
	unlock, err := lock(s, out)
	if err != nil {
		return err
	}
	defer unlock()
	for _, d := range missing {
		if d.here(s) { // somebody else fetched it while we waited
			continue
		}
		if err := d.run(ctx, s, out); err != nil {
			return fmt.Errorf("fetch %s %s: %w", d.name, d.version, err)
		}
	}
	return nil
}

func (d download) run(ctx context.Context, s *site.Site, out io.Writer) error {
	dir, tmp := d.dir(s), s.Part("tmp", d.name)
	if base := filepath.Dir(dir); base == s.PartsAside() {
		if err := site.MakeAside(base); err != nil {
			return err
		}
	}
	if err := errors.Join(os.RemoveAll(dir), os.RemoveAll(tmp), os.MkdirAll(dir, 0o755), os.MkdirAll(tmp, 0o755)); err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	stop := progress(out, d.name+" "+d.version, d.bytes, tmp)
	err := d.get(ctx, s, dir, tmp)
	stop(err)
	if err != nil {
		return err
	}
	text, err := sumsOf(dir)
	if err != nil {
		return err
	}
	return site.WriteFile(filepath.Join(dir, sums), text, 0o644)
}

func haveTools(d download) error {
	for _, t := range d.tools {
		if _, err := exec.LookPath(t.program); err != nil {
			return fmt.Errorf("%s is fetched with %s, which is not installed: apt-get install %s", d.name, t.program, t.debian)
		}
	}
	return nil
}

// lock lets one process at a time fetch into a folder.
func lock(s *site.Site, out io.Writer) (unlock func(), err error) {
	if err := os.MkdirAll(s.Parts, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of the parts: %w", err)
	}
	f, err := os.OpenFile(s.Part(".lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock the folder of the parts: %w", err)
	}
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		fmt.Fprintln(out, "another process is fetching the parts; waiting for it")
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
			return nil, fmt.Errorf("lock the folder of the parts: %w", err)
		}
	}
	return func() { f.Close() }, nil
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// missing is the error of a part that Ensure has not brought.
func missing(path string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is not there: run `local fetch`", path)
	}
	return nil
}

// Names of all downloads but the optional ones.
func Names() []string {
	var names []string
	for _, d := range all() {
		if !d.optional {
			names = append(names, d.name)
		}
	}
	return names
}
