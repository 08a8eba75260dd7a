package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Hold runs a query under an id until the context ends or the server ends it, and gives why it ended. ClickHouse lets
// only one query of an id run, and stops one whose client is gone: however a program dies, its id is free again.
func (c *Client) Hold(ctx context.Context, id, sql string) error {
	params := url.Values{"query_id": {id}, "readonly": {"2"}, "cancel_http_readonly_queries_on_client_close": {"1"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+"/?"+params.Encode(), strings.NewReader(sql))
	if err != nil {
		return fmt.Errorf("reach ClickHouse: %w", err)
	}
	req.Header.Set("X-ClickHouse-User", c.User)
	req.Header.Set("X-ClickHouse-Key", c.Password)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("reach ClickHouse: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(res.Body)
		return &Error{Status: res.StatusCode, Message: string(body), Statement: sql}
	}
	if _, err = io.Copy(io.Discard, res.Body); err != nil {
		return fmt.Errorf("hold a query: %w", err)
	}
	return nil
}
