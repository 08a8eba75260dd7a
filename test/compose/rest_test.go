package compose

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"testing"

	"github.com/stretchr/testify/require"
)

// rest is a session with a server's REST API.
type rest struct {
	t      *testing.T
	url    string
	header http.Header
	client *http.Client
}

func newREST(t *testing.T, url string) *rest {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &rest{t: t, url: url, header: http.Header{"Content-Type": {"application/json"}, "Referer": {url}}, client: &http.Client{Jar: jar}}
}

// bearer is the token that proves who asks from now on.
func (r *rest) bearer(token string) { r.header.Set("Authorization", "Bearer "+token) }

// call sends a body, where there is one, and reads the answer into out, which may be nil. Any answer but 2xx is an error.
func (r *rest) call(method, path string, body, out any) error {
	var text []byte
	if body != nil {
		var err error
		text, err = json.Marshal(body)
		require.NoError(r.t, err)
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, bytes.NewReader(text))
	require.NoError(r.t, err)
	req.Header = r.header
	res, err := r.client.Do(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s: %.300s (%w)", method, path, res.Status, answer, err)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

// must is call, where an error ends the test.
func (r *rest) must(method, path string, body, out any) {
	r.t.Helper()
	require.NoError(r.t, r.call(method, path, body, out))
}
