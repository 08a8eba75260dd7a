package secrets

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tidemark-cdc/tidemark/clickhouse/roles"
)

// file is made of the passwords and made anew when they change.
type file struct {
	file string
	text func(password func(name string) string) string
}

var derived = []file{
	{"clickhouse_users.xml", func(password func(string) string) string { // what the server is given instead of passwords
		user := func(name, file, grants string) string {
			return fmt.Sprintf("  <%[1]s><password_sha256_hex>%[2]x</password_sha256_hex>%[3]s</%[1]s>\n", name, sha256.Sum256([]byte(password(file))), grants)
		}
		return "<clickhouse><users>\n" + user("tidemark", "clickhouse_password", "") + user("bi", "clickhouse_bi_password", "") +
			user("reconcile", "clickhouse_reconcile_password", roles.Element("tidemark_reconcile")) + user("dags", "clickhouse_dags_password", roles.Element("tidemark_dags")) + "</users></clickhouse>\n"
	}},
	{"clickhouse_cluster.xml", func(password func(string) string) string { // what the servers of a cluster know one another by
		return fmt.Sprintf("<clickhouse><remote_servers><tidemark><secret>%s</secret></tidemark></remote_servers></clickhouse>\n", password("clickhouse_cluster_secret"))
	}},
	{"airflow_passwords.json", func(password func(string) string) string {
		return fmt.Sprintf("{\"admin\": %q}\n", password("airflow_password"))
	}},
}

// write leaves a file alone that says the right thing already.
func (f file) write(dir string) (changed bool, err error) {
	text := f.text(func(name string) string {
		password, oops := os.ReadFile(filepath.Join(dir, name))
		err = errors.Join(err, oops)
		return string(password)
	})
	path := filepath.Join(dir, f.file)
	old, oops := os.ReadFile(path)
	if !errors.Is(oops, fs.ErrNotExist) {
		err = errors.Join(err, oops)
	}
	if err != nil || string(old) == text {
		return false, err
	}
	work := path + ".new"
	if err := os.WriteFile(work, []byte(text), 0o444); err != nil {
		return false, fmt.Errorf("make %s: %w", f.file, err)
	}
	return true, os.Rename(work, path)
}
