package compare

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/tidemark-cdc/tidemark/schemas/contract"
	"github.com/tidemark-cdc/tidemark/schemas/types"
)

// ClickHouse reads over HTTP.
type ClickHouse struct {
	URL            string
	User, Password string
}

// Digest reads the table's current state.
func (ch ClickHouse) Digest(ctx context.Context, c *contract.Contract) (*Digest, error) {
	cols := comparable(c)
	exprs := make([]string, len(cols))
	for i, col := range cols {
		exprs[i] = clickhouseText("`"+col.Name+"`", col)
	}
	d, fields := NewDigest(), make([]string, len(cols))
	err := ch.Query(ctx, fmt.Sprintf("SELECT %s FROM %s", strings.Join(exprs, ", "), c.Target), func(texts []*string) error {
		if len(texts) != len(cols) {
			return fmt.Errorf("%d columns, want %d", len(texts), len(cols))
		}
		canonicalRow(cols, texts, fields)
		d.Add(keyOf(c, cols, fields), fields)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", c.Target, err)
	}
	return d, nil
}

// clickhouseText is the expression that prints a column as a string. Bytes are printed
// in hexadecimal: JSON cannot carry what is not UTF-8.
func clickhouseText(expr string, col contract.Column) string {
	scalar, t := "toString(%s)", col.Type
	if t.Elem != nil {
		t = *t.Elem
	}
	if t.Form == types.FormBase64 || t.Name == "bindata" {
		scalar = "lower(hex(%s))"
	}
	if _, array := element(base(col.ClickHouse)); array {
		return fmt.Sprintf("toJSONString(arrayMap(x -> "+scalar+", %s))", "x", expr)
	}
	return fmt.Sprintf(scalar, expr)
}

// Query runs sql, whose columns must all be strings, and gives the rows one by one.
// A nil text is NULL.
func (ch ClickHouse) Query(ctx context.Context, sql string, row func([]*string) error) error {
	q := url.Values{"default_format": {"JSONCompactEachRow"}, "wait_end_of_query": {"1"},
		"output_format_json_quote_64bit_integers": {"1"}} // else a count would not be a text
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(ch.URL, "/")+"/?"+q.Encode(), strings.NewReader(sql))
	if err != nil {
		return fmt.Errorf("ClickHouse query: %w", err)
	}
	req.Header.Set("X-ClickHouse-User", ch.User)
	req.Header.Set("X-ClickHouse-Key", ch.Password)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ClickHouse query: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		message, _ := io.ReadAll(io.LimitReader(res.Body, 500))
		return fmt.Errorf("ClickHouse query: %s: %s", res.Status, strings.TrimSpace(string(message)))
	}
	dec := json.NewDecoder(bufio.NewReaderSize(res.Body, 1<<16))
	for n := 0; ; n++ {
		var texts []*string
		if err := dec.Decode(&texts); errors.Is(err, io.EOF) {
			return whole(res.Header, n)
		} else if err != nil {
			return fmt.Errorf("ClickHouse query: %w", err)
		}
		if err := row(texts); err != nil {
			return err
		}
	}
}

// whole fails when fewer rows arrived than the server says it gave. It keeps an answer in a
// file until the query's end, and with a full disk it sends an empty one and 200 OK.
func whole(h http.Header, rows int) error {
	var summary struct {
		Rows    int `json:"result_rows,string"`
		Written int `json:"written_rows,string"` // by an INSERT, and counted among the others
	}
	if err := json.Unmarshal([]byte(h.Get("X-ClickHouse-Summary")), &summary); err != nil {
		return fmt.Errorf("ClickHouse query: its summary: %w", err)
	}
	if want := summary.Rows - summary.Written; want != rows {
		return fmt.Errorf("ClickHouse query: %d of %d rows arrived; is its disk full?", rows, want)
	}
	return nil
}
