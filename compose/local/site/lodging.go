package site

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Reachable says whether any account can pass through every folder above path, and path itself when it exists.
func Reachable(path string) bool {
	for dir := path; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err == nil && info.IsDir() && info.Mode()&0o001 == 0 && dir != path {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

// Aside is a folder for what another account must reach although the site's own folder lies behind a closed
// one (/root is 0700): under /var/tmp. Named by chance, not after the site's folder: where that was removed by hand
// and made anew, the data left behind is not taken for the new stack's, whose passwords it does not know.
func (s *Site) Aside() string { return aside(s.Secrets.ID) }

// PartsAside is the same for downloads, which any stack may use.
func (s *Site) PartsAside() string {
	sum := sha256.Sum256([]byte(s.Parts))
	return aside(hex.EncodeToString(sum[:12]))
}

func aside(name string) string {
	return filepath.Join("/var/tmp", fmt.Sprintf("tidemark-%d-%s", os.Getuid(), name[:12]))
}

// MakeAside makes such a folder, and refuses one that somebody else put there first.
func MakeAside(dir string) error {
	if err := os.Mkdir(dir, 0o711); err != nil && !os.IsExist(err) {
		return fmt.Errorf("make a folder that other accounts reach: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("make a folder that other accounts reach: %w", err)
	}
	if owner := info.Sys().(*syscall.Stat_t).Uid; !info.IsDir() || int(owner) != os.Getuid() {
		return fmt.Errorf("%s exists and is not ours (uid %d)", dir, owner)
	}
	return nil
}

// PostgresData is PostgreSQL's data folder: in the site, unless its server must run as another account that
// cannot get there.
func (s *Site) PostgresData() string { return filepath.Join(s.postgresHome(), "postgres") }

// SocketDir is the folder of PostgreSQL's unix socket. A socket's path may have 107 bytes.
func (s *Site) SocketDir() string {
	dir := filepath.Join(s.postgresHome(), "run")
	if len(dir)+len("/.s.PGSQL.65535.lock") > 107 {
		return filepath.Join(s.Aside(), "run")
	}
	return dir
}

func (s *Site) postgresHome() string {
	if os.Geteuid() == 0 && !Reachable(s.Path("data", "postgres")) {
		return s.Aside()
	}
	return s.Path("data")
}
