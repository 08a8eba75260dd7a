package fetch

import (
	"context"
	"os"
	"path/filepath"

	"github.com/tidemark-cdc/tidemark/compose/local/process"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// superset is a virtual environment with exactly the packages of superset/superset.lock. It is fetched only by name: the
// pipeline and its tests do without. The version rises with the lock, else an older environment would be taken for it.
func superset() download {
	return download{
		name: "superset", version: "6.1.0-1", bytes: 290e6, optional: true,
		tools:  []tool{{"python3", "python3 python3-venv"}},
		needed: func() bool { return os.Getenv("TIDEMARK_SUPERSET_VENV") == "" },
		get:    getSuperset,
	}
}

// SupersetBin is a program of the environment: of the one that TIDEMARK_SUPERSET_VENV names, else of the fetched one.
func SupersetBin(s *site.Site, program string) (string, error) {
	venv := os.Getenv("TIDEMARK_SUPERSET_VENV")
	if venv == "" {
		venv = filepath.Join(superset().dir(s), "venv")
	}
	path := filepath.Join(venv, "bin", program)
	return path, missing(path)
}

// getSuperset has uv install the packages: pip takes minutes to do what uv does in seconds.
func getSuperset(ctx context.Context, s *site.Site, dir, tmp string) error {
	venv := filepath.Join(dir, "venv")
	env := append(os.Environ(), "TMPDIR="+tmp, "UV_CACHE_DIR="+filepath.Join(tmp, "uv"), "UV_LINK_MODE=copy")
	for _, args := range [][]string{
		{"python3", "-m", "venv", venv},
		{filepath.Join(venv, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check", "--no-cache-dir", "uv"},
		{filepath.Join(venv, "bin", "uv"), "pip", "install", "--quiet", "--compile-bytecode", "--python", filepath.Join(venv, "bin", "python"),
			"--requirement", filepath.Join(s.Root, "superset", "superset.lock")},
	} {
		if err := process.Run(ctx, process.Spec{Args: args, Dir: tmp, Env: env}); err != nil {
			return err
		}
	}
	return nil
}
