// Package pipeline asks ClickHouse how far the sources have come.
package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// Reach is how far one source has come: every change up to Position is in ClickHouse.
type Reach struct {
	Source      string  `json:"source"`
	Position    string  `json:"position"`
	Lag         float64 `json:"lag_seconds"`
	Behind      int64   `json:"behind"`       // records published and not yet applied
	DeadLetters int64   `json:"dead_letters"` // unresolved ones at or below Position
}

// Report is the state of the pipeline.
type Report struct {
	Sources     []Reach `json:"sources"`
	DeadLetters int64   `json:"dead_letters"` // unresolved ones of all sources
}

// Ask reads ops.tidemark and ops.dead_letters. It fails while the sink has not made them.
func Ask(ctx context.Context, s *site.Site) (r Report, err error) {
	const format = " FORMAT JSONEachRow SETTINGS output_format_json_quote_64bit_integers = 0"
	text, err := query(ctx, s, "SELECT source, position, lag_seconds, behind, dead_letters FROM ops.tidemark ORDER BY source"+format)
	if err != nil {
		return r, err
	}
	for rows := json.NewDecoder(bytes.NewReader(text)); ; {
		var one Reach
		if err := rows.Decode(&one); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return r, fmt.Errorf("read ops.tidemark: %w", err)
		}
		r.Sources = append(r.Sources, one)
	}
	text, err = query(ctx, s, "SELECT count() FROM ops.dead_letters FINAL WHERE resolved = 0")
	if err == nil {
		_, err = fmt.Sscan(string(text), &r.DeadLetters)
	}
	return r, err
}

func query(ctx context.Context, s *site.Site, sql string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.Ports.Addr(site.ClickHouseHTTP)+"/", strings.NewReader(sql))
	if err != nil {
		return nil, err
	}
	req.Close = true
	req.SetBasicAuth("tidemark", s.Secrets.ClickHouse)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask ClickHouse: %w", err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("ask ClickHouse: %s", strings.TrimSpace(string(text)))
	}
	return text, err
}
