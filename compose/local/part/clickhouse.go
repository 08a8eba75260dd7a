package part

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/local/fetch"
	"github.com/tidemark-cdc/tidemark/compose/local/process"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

func clickhouse() Part {
	return Part{
		Name: "clickhouse", Ports: []string{site.ClickHouse, site.ClickHouseHTTP}, Fetch: []string{"clickhouse"},
		Ways:    []string{site.Way(site.Sink, site.ClickHouse)},
		Prepare: configureClickHouse, Spec: clickhouseSpec, Ready: pingClickHouse,
	}
}

// clickhouseSpec starts this program again in the role of the engine (package engine).
func clickhouseSpec(s *site.Site) (process.Spec, error) {
	lib, err := fetch.ClickHouseLib(s)
	if err != nil {
		return process.Spec{}, err
	}
	return process.Spec{
		Path: "/proc/self/exe", // this very program, even when another one was built in its place meanwhile
		Args: []string{
			"local", "engine", "--lib", lib, "--path", s.Path("data", "clickhouse"),
			"--config", clickhouseConfig(s),
			"--tcp", strconv.Itoa(s.Ports.Number[site.ClickHouse]), "--http", strconv.Itoa(s.Ports.Number[site.ClickHouseHTTP]),
		},
		Dir: s.Path("data"), Log: s.Log("clickhouse"),
		Stop: syscall.SIGTERM, Death: syscall.SIGKILL, Grace: 20 * time.Second,
	}, nil
}

func clickhouseConfig(s *site.Site) string { return s.Path("conf", "clickhouse.xml") }

func configureClickHouse(_ context.Context, s *site.Site) error {
	if err := os.MkdirAll(s.Path("data"), 0o755); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	files := map[string]string{
		clickhouseConfig(s):         clickhouseXML(s),
		s.Path("conf", "users.xml"): clickhouseUsersXML(s),
	}
	for path, text := range files {
		if err := site.WriteFile(path, []byte(text), 0o600); err != nil {
			return fmt.Errorf("write ClickHouse's configuration: %w", err)
		}
	}
	return nil
}

// pingClickHouse asks as the user that the pipeline is: an answer means that the configuration was read.
func pingClickHouse(ctx context.Context, s *site.Site) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.Ports.Addr(site.ClickHouseHTTP)+"/", strings.NewReader("SELECT currentUser()"))
	if err != nil {
		return err
	}
	req.Close = true // the engine waits for open connections when it stops
	req.Header.Set("X-ClickHouse-User", "tidemark")
	req.Header.Set("X-ClickHouse-Key", s.Secrets.ClickHouse)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(res.Body, 1000))
	if strings.TrimSpace(string(answer)) != "tidemark" {
		return fmt.Errorf("ClickHouse answers %s: %s", res.Status, answer)
	}
	return nil
}
