package fetch

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/tidemark-cdc/tidemark/compose/local/process"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// clickhouse is the engine as a library. npm checks the package against the registry's SHA-512.
func clickhouse() download {
	return download{
		name: "clickhouse", version: "26.7.3-stable.1", bytes: 178e6,
		tools: []tool{{"npm", "npm"}},
		get:   getClickHouse,
	}
}

// ClickHouseLib is the engine's library.
func ClickHouseLib(s *site.Site) (string, error) {
	path := filepath.Join(clickhouse().dir(s), "libchdb.so")
	return path, missing(path)
}

func getClickHouse(ctx context.Context, _ *site.Site, dir, tmp string) error {
	err := process.Run(ctx, process.Spec{Dir: tmp, Args: []string{
		"npm", "pack", "--cache", filepath.Join(tmp, "cache"), "--pack-destination", tmp, "@chdb/lib-linux-x64-gnu@" + clickhouse().version,
	}})
	if err != nil {
		return err
	}
	archives, _ := filepath.Glob(filepath.Join(tmp, "*.tgz"))
	if len(archives) != 1 {
		return fmt.Errorf("npm pack left %d archives, want 1", len(archives))
	}
	return unpackFile(archives[0], "libchdb.so", filepath.Join(dir, "libchdb.so"))
}

// unpackFile takes one file, by its last name, out of a gzipped tar archive.
func unpackFile(archive, name, to string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", archive, err)
	}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s has no %s", archive, name)
		}
		if err != nil {
			return fmt.Errorf("unpack %s: %w", archive, err)
		}
		if filepath.Base(h.Name) == name && h.Typeflag == tar.TypeReg {
			return writeAll(to, t)
		}
	}
}

func writeAll(path string, r io.Reader) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}
