package part

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"

	"github.com/tidemark-cdc/tidemark/compose/local/process"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// postgresUser is the account of the PostgreSQL server, which refuses to run as root: nil unless we are root.
func postgresUser() *process.User {
	if os.Geteuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return &process.User{UID: uint32(uid), GID: uint32(gid)}
		}
	}
	return &process.User{UID: 65534, GID: 65534}
}

// postgresFolders makes the data and socket folders; data/postgres leads to the data wherever it lies.
func postgresFolders(s *site.Site) error {
	if strings.HasPrefix(s.PostgresData(), s.Aside()) || strings.HasPrefix(s.SocketDir(), s.Aside()) {
		if err := site.MakeAside(s.Aside()); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(s.Path("data"), 0o755); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	if err := makeOwned(s.PostgresData(), 0o700); err != nil {
		return err
	}
	if link := s.Path("data", "postgres"); link != s.PostgresData() {
		if err := os.Symlink(s.PostgresData(), link); err != nil && !os.IsExist(err) {
			return fmt.Errorf("link the PostgreSQL data: %w", err)
		}
	}
	return makeOwned(s.SocketDir(), 0o711)
}

// makeOwned makes a folder that belongs to the account of the PostgreSQL server.
func makeOwned(dir string, mode os.FileMode) error {
	if err := os.Mkdir(dir, mode); err != nil && !os.IsExist(err) {
		return fmt.Errorf("make a PostgreSQL folder: %w", err)
	}
	if u := postgresUser(); u != nil {
		if err := os.Lchown(dir, int(u.UID), int(u.GID)); err != nil {
			return fmt.Errorf("hand a folder to the PostgreSQL account: %w", err)
		}
	}
	return os.Chmod(dir, mode)
}

// writeOwned writes a file that only the account of the PostgreSQL server reads.
func writeOwned(path, text string) error {
	if err := site.WriteFile(path, []byte(text), 0o600); err != nil {
		return fmt.Errorf("write a file for the PostgreSQL account: %w", err)
	}
	if u := postgresUser(); u != nil {
		return os.Lchown(path, int(u.UID), int(u.GID))
	}
	return nil
}
