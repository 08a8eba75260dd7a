package client

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func answer(t *testing.T, status int, body string) (*Client, *http.Request) {
	got := new(http.Request)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*got = *r
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return &Client{URL: s.URL, User: "u", Password: "hidden", Settings: map[string]string{"max_threads": "1"}}, got
}

func TestRowsAreTextAndThePasswordIsInNoAddress(t *testing.T) {
	c, got := answer(t, 200, `{"meta":[],"data":[["a","18446744073709551615"],["b",null]],"rows":2}`)
	rows, err := c.Rows(t.Context(), "SELECT 1")
	require.NoError(t, err)
	require.Equal(t, [][]string{{"a", "18446744073709551615"}, {"b", ""}}, rows)
	require.Equal(t, "1", got.URL.Query().Get("max_threads"))
	require.NotContains(t, got.URL.String(), "hidden")
	require.Equal(t, "hidden", got.Header.Get("X-ClickHouse-Key"))
}

func TestARefusalSaysWhatWasTried(t *testing.T) {
	c, _ := answer(t, 500, "Code: 60. DB::Exception: no such table")
	err := c.Exec(t.Context(), "DROP TABLE x")
	var refused *Error
	require.True(t, errors.As(err, &refused))
	require.Equal(t, 500, refused.Status)
	require.ErrorContains(t, err, "no such table")
	require.ErrorContains(t, err, "DROP TABLE x")
}

func TestAnAnswerThatIsCutOffIsAnError(t *testing.T) {
	c, _ := answer(t, 200, `{"data":[["a"`)
	_, err := c.Rows(t.Context(), "SELECT 1")
	require.Error(t, err)
}

func TestNoRowIsAnEmptyValue(t *testing.T) {
	c, _ := answer(t, 200, `{"data":[]}`)
	v, err := c.Value(t.Context(), "SELECT 1")
	require.NoError(t, err)
	require.Empty(t, v)
}
