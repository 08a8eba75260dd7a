// Package client sends statements over HTTP.
package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/tidemark-cdc/tidemark/clickhouse/cluster"
)

// Client is the server's address and who connects. Settings go with every statement.
type Client struct {
	URL, User, Password string
	Settings            map[string]string
	// Cluster is what the server belongs to; "" for one on its own.
	Cluster cluster.Name
}

// Error is ClickHouse's refusal of a statement.
type Error struct {
	Status    int
	Message   string
	Statement string
}

func (e *Error) Error() string {
	return fmt.Sprintf("ClickHouse refused it: %s (statement: %.300s)", strings.TrimSpace(e.Message), e.Statement)
}

// Exec runs a statement whose answer does not matter; on a cluster, its forms for one.
func (c *Client) Exec(ctx context.Context, sql string) error {
	return c.Cluster.Exec(func(ctx context.Context, sql string) error {
		_, err := c.send(ctx, sql)
		return err
	})(ctx, sql)
}

// Rows runs a query and gives its rows, each cell as text.
func (c *Client) Rows(ctx context.Context, sql string) ([][]string, error) {
	body, err := c.send(ctx, sql+"\nFORMAT JSONCompactStrings")
	if err != nil {
		return nil, err
	}
	var answer struct{ Data [][]string }
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("read ClickHouse's answer: %w", err)
	}
	return answer.Data, nil
}

// Value runs a query that answers one cell; no row gives "".
func (c *Client) Value(ctx context.Context, sql string) (string, error) {
	rows, err := c.Rows(ctx, sql)
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0][0], nil
}

// send waits for the end of the query, so that an error after the first bytes of an answer is one.
func (c *Client) send(ctx context.Context, sql string) ([]byte, error) {
	params := url.Values{"wait_end_of_query": {"1"}, "http_write_exception_in_output_format": {"0"}}
	for k, v := range c.Settings {
		params.Set(k, v)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+"/?"+params.Encode(), strings.NewReader(sql))
	if err != nil {
		return nil, fmt.Errorf("reach ClickHouse: %w", err)
	}
	req.Header.Set("X-ClickHouse-User", c.User)
	req.Header.Set("X-ClickHouse-Key", c.Password)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("reach ClickHouse: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("read ClickHouse's answer: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, &Error{Status: res.StatusCode, Message: string(body), Statement: sql}
	}
	return body, nil
}
