package config

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"time"
)

// The kinds of sources.
const (
	PostgreSQL = "postgresql"
	MongoDB    = "mongodb"
)

// Source is one source's settings. What a kind does not have must be left out.
type Source struct {
	// Name is the source's key in the file, and the first part of its topics.
	Name string `yaml:"-"`
	Kind string `yaml:"kind"`
	URL  string `yaml:"url"`
	// Admin is who `capture setup` is; default: URL.
	Admin string `yaml:"admin"`

	// PostgreSQL only.
	Publication string        `yaml:"publication"` // default: tidemark
	Slot        string        `yaml:"slot"`        // default: tidemark_<name>
	Stall       time.Duration `yaml:"stall"`       // restart when a heartbeat is out for this long

	// Standby has captures of one source take turns: a second one waits and takes over
	// when the first is gone or silent. It is on. For MongoDB the lease is kept by the
	// brokers, and after a kill the next start waits until it runs out (6 s); where no
	// second capture ever runs it may be turned off. PostgreSQL keeps its lease itself,
	// always.
	Standby *bool `yaml:"standby"`

	Heartbeat time.Duration `yaml:"heartbeat"` // beat, or move the watermark, when nothing came for this long
	Workers   int           `yaml:"workers"`   // PostgreSQL only: sessions that read a snapshot at a time
}

// StandsBy reports whether captures of the source take turns.
func (s *Source) StandsBy() bool { return s.Standby == nil || *s.Standby }

var sourceName = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// check completes the settings and says what is wrong with them.
func (s *Source) check() error {
	if !sourceName.MatchString(s.Name) {
		return errors.New("a source's name has letters, digits, - and _ only: it is part of topic names")
	}
	if s.URL == "" {
		return errors.New("url is missing")
	}
	switch s.Kind {
	case PostgreSQL:
		if s.Standby != nil && !*s.Standby {
			return errors.New("standby cannot be turned off for postgresql: a slot has one reader")
		}
		s.Publication = cmp.Or(s.Publication, "tidemark")
		s.Slot = cmp.Or(s.Slot, "tidemark_"+s.Name)
	case MongoDB:
		if s.Workers != 0 {
			return errors.New("workers is a setting of postgresql: a MongoDB snapshot is read by the session that streams")
		}
		if s.Publication != "" || s.Slot != "" || s.Stall != 0 {
			return errors.New("publication, slot and stall are settings of postgresql")
		}
	default:
		return fmt.Errorf("kind %q: want %s or %s", s.Kind, PostgreSQL, MongoDB)
	}
	if s.Heartbeat < 0 || s.Stall < 0 || s.Workers < 0 {
		return errors.New("heartbeat, stall and workers cannot be negative")
	}
	return nil
}
