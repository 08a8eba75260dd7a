package fetch

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// sumsOf lists the SHA-256 of every regular file, in the form of sha256sum, in the order of their names. A virtual
// environment is left out: its packages were checked by their installer against the index, and it writes into itself.
func sumsOf(dir string) ([]byte, error) {
	var out bytes.Buffer
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && e.Name() == "venv" {
			return filepath.SkipDir
		}
		if !e.Type().IsRegular() || e.Name() == sums {
			return nil
		}
		sum, err := sumOf(path)
		name, _ := filepath.Rel(dir, path)
		fmt.Fprintf(&out, "%s  %s\n", sum, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sum up what was fetched: %w", err)
	}
	return out.Bytes(), nil
}

func sumOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}
