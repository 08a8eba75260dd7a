package fetch

import (
	"context"
	"os"
	"path/filepath"

	"github.com/tidemark-cdc/tidemark/compose/local/process"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// mongo is SecantusDB, a server that speaks MongoDB's protocol with change streams. pip checks every wheel against
// the index's SHA-256. It is GPL-2.0: a process of its own, never linked and never shipped.
func mongo() download {
	return download{
		name: "mongo", version: "0.7.0b3", bytes: 34e6,
		tools:  []tool{{"python3", "python3 python3-venv"}},
		needed: func() bool { return os.Getenv(mongoProgram) == "" },
		get:    getMongo,
	}
}

// mongoProgram names another program of the same server: its build in Rust (cargo install secantus-mdb) writes several times
// as much, but takes a quarter of an hour to build.
const mongoProgram = "TIDEMARK_MONGO_PROGRAM"

// MongoBin is the server's program: the one that TIDEMARK_MONGO_PROGRAM names, else the fetched one.
func MongoBin(s *site.Site) (string, error) {
	path := os.Getenv(mongoProgram)
	if path == "" {
		path = filepath.Join(mongo().dir(s), "venv", "bin", "secantusd-py")
	}
	return path, missing(path)
}

func getMongo(ctx context.Context, _ *site.Site, dir, tmp string) error {
	venv := filepath.Join(dir, "venv")
	if err := process.Run(ctx, process.Spec{Dir: tmp, Args: []string{"python3", "-m", "venv", venv}}); err != nil {
		return err
	}
	return process.Run(ctx, process.Spec{
		Args: []string{
			filepath.Join(venv, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check", "--no-cache-dir", "SecantusDB==" + mongo().version,
		},
		Dir: tmp, Env: append(os.Environ(), "TMPDIR="+tmp), // where the progress bar looks
	})
}
