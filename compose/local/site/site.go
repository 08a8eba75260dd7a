// Package site is the place of one local stack: its folder, ports, passwords and addresses.
package site

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Site is one local stack on disk. All paths are absolute.
type Site struct {
	Dir       string  // data, logs, configuration, passwords: what wipe removes
	Parts     string  // downloads; several sites may share them
	Bin       string  // folder of our own programs (capture, sink, ...)
	Root      string  // the repository, "" when not inside one
	Contracts string  // folder of the table contracts
	Ports     Ports   // TCP ports on loopback
	Secrets   Secrets // generated passwords
	Proxied   bool    // our programs reach the servers by ways of their own
}

// Options say where a site lives; empty fields take the defaults below.
type Options struct {
	Dir       string // default: .local of the repository
	Parts     string // default: <repository>/.local/parts, else Dir/parts
	Bin       string // default: <repository>/bin, else the folder of this program
	Contracts string // default: <repository>/schemas/shop
	Ports     string // "", "auto", or "name=number,..."
	Root      string // default: the repository around the working directory or this program
	Proxied   bool
}

// Open makes the site's folder when it is missing and loads what it remembers.
func Open(o Options) (*Site, error) {
	s := &Site{Root: o.Root, Proxied: o.Proxied}
	if s.Root == "" {
		s.Root = root()
	}
	if err := s.place(o); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the stack's folder: %w", err)
	}
	var err error
	if s.Ports, err = openPorts(s.Path("ports.json"), o.Ports); err != nil {
		return nil, err
	}
	s.Secrets, err = openSecrets(s.Path("secrets.env"))
	return s, err
}

func (s *Site) place(o Options) error {
	if s.Root == "" && o.Dir == "" {
		return errors.New("not inside the repository: say where the stack lives with --dir or TIDEMARK_LOCAL")
	}
	or := func(v, standard string) string {
		if v == "" {
			return standard
		}
		return v
	}
	s.Dir = or(o.Dir, filepath.Join(s.Root, ".local"))
	s.Parts = or(o.Parts, filepath.Join(s.Dir, "parts"))
	if o.Parts == "" && s.Root != "" {
		s.Parts = filepath.Join(s.Root, ".local", "parts")
	}
	s.Bin = or(o.Bin, filepath.Join(s.Root, "bin"))
	if self, err := os.Executable(); err == nil && o.Bin == "" && s.Root == "" {
		s.Bin = filepath.Dir(self)
	}
	s.Contracts = or(o.Contracts, or(s.remembered(), s.ShopContracts()))
	for _, p := range []*string{&s.Dir, &s.Parts, &s.Bin, &s.Contracts} {
		abs, err := filepath.Abs(*p)
		if err != nil {
			return fmt.Errorf("find %s: %w", *p, err)
		}
		*p = abs
	}
	return nil
}

// With is the same site with other ports and contracts; it remembers the contracts for the next start. A Site that
// others use is never changed.
func (s *Site) With(ports Ports, contracts string) (*Site, error) {
	next := *s
	next.Ports = ports
	if contracts != "" && contracts != s.Contracts {
		next.Contracts = contracts
	}
	if err := WriteFile(s.Path("contracts"), []byte(next.Contracts+"\n"), 0o644); err != nil {
		return nil, fmt.Errorf("remember the contracts: %w", err)
	}
	return &next, nil
}

func (s *Site) remembered() string {
	text, _ := os.ReadFile(filepath.Join(s.Dir, "contracts"))
	return strings.TrimSpace(string(text))
}

// Path is a path inside the site's folder.
func (s *Site) Path(elem ...string) string {
	return filepath.Join(append([]string{s.Dir}, elem...)...)
}

// Part is a path inside the folder of one downloaded part.
func (s *Site) Part(elem ...string) string {
	return filepath.Join(append([]string{s.Parts}, elem...)...)
}

// Log is the log file of one part.
func (s *Site) Log(part string) string { return s.Path("logs", part+".log") }

// ShopContracts is the folder of the reference deployment's contracts.
func (s *Site) ShopContracts() string { return filepath.Join(s.Root, "schemas", "shop") }

// root finds the repository: the nearest folder above the working directory, else above this program, that has our go.work.
func root() string {
	starts := []string{}
	if wd, err := os.Getwd(); err == nil {
		starts = append(starts, wd)
	}
	if self, err := os.Executable(); err == nil {
		starts = append(starts, filepath.Dir(self))
	}
	for _, dir := range starts {
		for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
			if exists(filepath.Join(dir, "go.work")) && exists(filepath.Join(dir, "compose", "local")) {
				return dir
			}
		}
	}
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
