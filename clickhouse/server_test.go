package clickhouse

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

// server is a ClickHouse that tests may wipe, never the one that programs are given.
type server struct {
	t              *testing.T
	url, user, key string
}

func newServer(t *testing.T) *server {
	s := &server{t, os.Getenv("TIDEMARK_TEST_CLICKHOUSE_HTTP_URL"), os.Getenv("TIDEMARK_TEST_CLICKHOUSE_USER"), os.Getenv("TIDEMARK_TEST_CLICKHOUSE_PASSWORD")}
	if s.url == "" {
		t.Skip("needs a ClickHouse that may be wiped: TIDEMARK_TEST_CLICKHOUSE_HTTP_URL, _USER, _PASSWORD")
	}
	s.run("DROP DATABASE IF EXISTS ops SYNC")
	for range 2 { // everything may be run again
		if err := Apply(t.Context(), s.exec); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s *server) exec(ctx context.Context, sql string) error {
	_, err := s.send(ctx, sql)
	return err
}

func (s *server) send(ctx context.Context, sql string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/?wait_end_of_query=1", strings.NewReader(sql))
	if err != nil {
		return "", err
	}
	req.Header.Set("X-ClickHouse-User", s.user)
	req.Header.Set("X-ClickHouse-Key", s.key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %.400s", body, sql)
	}
	return string(body), err
}

func (s *server) run(sql string) string {
	s.t.Helper()
	out, err := s.send(s.t.Context(), sql)
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.TrimSpace(out)
}
