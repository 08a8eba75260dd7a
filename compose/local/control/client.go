package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"

	"github.com/tidemark-cdc/tidemark/compose/local/site"
	"github.com/tidemark-cdc/tidemark/compose/local/supervise"
)

const socket = "control.sock"

// ErrDown says that the stack has no supervisor.
var ErrDown = errors.New("the stack is down")

// Client talks to the supervisor of one stack.
type Client struct{ http http.Client }

// NewClient is a client of the site's supervisor, whether it runs or not.
func NewClient(s *site.Site) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		dir, err := os.Open(s.Dir)
		if err != nil {
			return nil, err
		}
		defer dir.Close()
		var d net.Dialer
		return d.DialContext(ctx, "unix", through(dir))
	}
	return &Client{http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
}

// through is the socket's path by way of an open folder: a socket's path may have 107 bytes, the folder's may be longer.
func through(dir *os.File) string { return fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), socket) }

// Status of every part; ErrDown when the stack is down.
func (c *Client) Status(ctx context.Context) (parts []supervise.Status, err error) {
	text, err := c.call(ctx, http.MethodGet, "/status", nil)
	if err == nil {
		err = json.Unmarshal(text, &parts)
	}
	return parts, err
}

// Up asks for parts.
func (c *Client) Up(ctx context.Context, up Up) error {
	_, err := c.call(ctx, http.MethodPost, "/up", up)
	return err
}

// Restart restarts one part.
func (c *Client) Restart(ctx context.Context, part string) error {
	_, err := c.call(ctx, http.MethodPost, "/restart/"+part, nil)
	return err
}

// Halt stops one part for good.
func (c *Client) Halt(ctx context.Context, part string) error {
	_, err := c.call(ctx, http.MethodPost, "/halt/"+part, nil)
	return err
}

// Signal sends a signal to the process of one part.
func (c *Client) Signal(ctx context.Context, part string, s syscall.Signal) error {
	_, err := c.call(ctx, http.MethodPost, fmt.Sprintf("/signal/%s/%d", part, s), nil)
	return err
}

// Stop asks the supervisor to stop everything and to end; it does not wait.
func (c *Client) Stop(ctx context.Context) error {
	_, err := c.call(ctx, http.MethodPost, "/stop", nil)
	return err
}

func (c *Client) call(ctx context.Context, method, path string, body any) ([]byte, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://supervisor"+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	res, err := c.http.Do(req)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return nil, ErrDown
	}
	if err != nil {
		return nil, fmt.Errorf("ask the supervisor: %w", err)
	}
	defer res.Body.Close()
	text, err = io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = errors.New(strings.TrimSpace(string(text)))
	}
	return text, err
}
