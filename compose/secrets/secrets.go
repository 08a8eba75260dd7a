// Package secrets makes the secret files of the stack in containers.
package secrets

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// generated are the files of one value each: 48 hexadecimal digits, which need no quoting in a URL, a shell or SQL.
var generated = []string{
	"postgres_password", "postgres_reconcile_password", "capture_password", "mongo_password",
	"clickhouse_password", "clickhouse_bi_password", "clickhouse_reconcile_password", "clickhouse_dags_password", "clickhouse_cluster_secret",
	"airflow_password", "airflow_postgres_password", "airflow_jwt_secret",
	"superset_secret_key", "superset_postgres_password", "superset_admin_password", "superset_analyst_password",
}

// Write makes what is missing in a folder that only its owner may enter and gives the names of the files that it made.
// What is there stays: a server that has its data already knows it.
//
// The files themselves may be read by everybody: a container sees the file alone, mounted, with the owner that it has out
// here, and its process is somebody else.
func Write(dir string) (made []string, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the secrets' folder: %w", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, fmt.Errorf("close the secrets' folder: %w", err)
	}
	put := func(name, text string) error {
		created, err := create(filepath.Join(dir, name), text)
		if created {
			made = append(made, name)
		}
		return err
	}
	for _, name := range generated {
		err = errors.Join(err, put(name, random()))
	}
	err = errors.Join(err, put("mongo_keyfile", keyfile()), put("airflow_fernet_key", fernet()))
	for _, d := range derived {
		changed, oops := d.write(dir)
		err = errors.Join(err, oops)
		if changed {
			made = append(made, d.file)
		}
	}
	slices.Sort(made)
	return made, err
}

func create(path, text string) (created bool, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o444)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("make a secret: %w", err)
	}
	_, err = f.WriteString(text)
	return true, errors.Join(err, f.Close())
}

func random() string {
	b := make([]byte, 24)
	rand.Read(b) // never fails: it ends the program instead
	return hex.EncodeToString(b)
}

// keyfile is what members of a replica set know one another by: 6 to 1024 characters of base64.
func keyfile() string {
	b := make([]byte, 567)
	rand.Read(b)
	return base64.StdEncoding.EncodeToString(b)
}

// fernet is a key of Airflow's: 32 bytes in the URL's base64.
func fernet() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.URLEncoding.EncodeToString(b)
}
