package part

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/local/fetch"
	"github.com/tidemark-cdc/tidemark/compose/local/process"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// provisioning takes half a minute the first time, a start ten seconds, and both many times as long on a busy machine.
const provisioning = 10 * time.Minute

func superset() Part {
	return Part{
		Name: "superset", Needs: []string{"clickhouse", "sink"}, Ports: []string{site.Superset}, Fetch: []string{"superset"}, Extra: true,
		Prepare: provisionSuperset, Spec: supersetSpec, Ready: pingSuperset, Within: provisioning,
		Files: supersetFiles,
	}
}

// supersetFiles leaves out what Python writes beside its modules: it is no reason to start anew.
func supersetFiles(s *site.Site) []string {
	modules, _ := filepath.Glob(supersetSource(s, "tidemark_bi", "*.py"))
	return append(modules, supersetSource(s, "bundle"), supersetSource(s, "superset_config.py"))
}

func supersetSource(s *site.Site, elem ...string) string {
	return filepath.Join(append([]string{s.Root, "superset"}, elem...)...)
}

// provisionSuperset migrates its database and imports the bundle when that has changed.
func provisionSuperset(ctx context.Context, s *site.Site) error {
	python, err := fetch.SupersetBin(s, "python")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, provisioning)
	defer cancel()
	err = process.Run(ctx, process.Spec{
		Args: []string{python, "-m", "tidemark_bi.provision", supersetSource(s, "bundle")},
		Env:  append(environ(s), SupersetEnv(s)...), Dir: s.Path("data"), Log: s.Log("superset"),
	})
	if err != nil {
		return fmt.Errorf("prepare superset: %w", err)
	}
	return nil
}

// supersetSpec is one process with threads: its cache of answers is then shared by all who look.
func supersetSpec(s *site.Site) (process.Spec, error) {
	gunicorn, err := fetch.SupersetBin(s, "gunicorn")
	if err != nil {
		return process.Spec{}, err
	}
	return process.Spec{
		Args: []string{
			gunicorn, "--bind", s.Ports.Addr(site.Superset), "--workers", "1", "--worker-class", "gthread", "--threads", "16",
			"--timeout", "120", "--no-control-socket", "--keep-alive", "30", "superset.app:create_app()",
		},
		Env: append(environ(s), SupersetEnv(s)...), Dir: s.Path("data"), Log: s.Log("superset"),
		Stop: syscall.SIGTERM, Death: syscall.SIGKILL, Grace: 15 * time.Second,
	}, nil
}

// SupersetEnv is what superset_config.py and the programs of tidemark_bi read.
func SupersetEnv(s *site.Site) []string {
	home := s.Path("data", "superset")
	return []string{
		"SUPERSET_CONFIG_PATH=" + supersetSource(s, "superset_config.py"),
		"PYTHONPATH=" + supersetSource(s),
		"SUPERSET_HOME=" + home,
		"SUPERSET_SECRET_KEY=" + s.Secrets.SupersetKey,
		"SUPERSET_METADATA_URI=sqlite:///" + filepath.Join(home, "superset.db"),
		"SUPERSET_ADMIN_PASSWORD=" + s.Secrets.SupersetAdmin,
		"SUPERSET_ANALYST_PASSWORD=" + s.Secrets.SupersetAnalyst,
		"CLICKHOUSE_SQLALCHEMY_URI=clickhousedb://bi:" + s.Secrets.BI + "@" + s.Ports.Addr(site.ClickHouseHTTP) + "/sales",
	}
}

func pingSuperset(ctx context.Context, s *site.Site) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Ports.Addr(site.Superset)+"/health", strings.NewReader(""))
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("superset answers %s", res.Status)
	}
	return nil
}
