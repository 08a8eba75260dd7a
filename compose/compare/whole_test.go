package compare

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

// ClickHouse whose disk is full answers 200 OK without the rows.
func TestAnAnswerThatIsCutIsNoAnswer(t *testing.T) {
	for body, ok := range map[string]bool{"": false, "[\"1\"]\n": false, "[\"1\"]\n[\"2\"]\n": true} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-ClickHouse-Summary", `{"read_rows":"7","written_rows":"3","result_rows":"5"}`)
			_, _ = w.Write([]byte(body))
		}))
		defer s.Close()
		err := ClickHouse{URL: s.URL}.Query(t.Context(), "SELECT 1", func([]*string) error { return nil })
		require.Equal(t, ok, err == nil, "%q: %v", body, err)
	}
}
