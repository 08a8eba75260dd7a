package status

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// captures asks each capture for its sources. Of two that know one source, the one that runs it is believed.
func captures(ctx context.Context, urls []string) map[string]Source {
	out := map[string]Source{}
	for _, url := range urls {
		states, err := stateOf(ctx, url)
		if err != nil {
			continue
		}
		metrics := metricsOf(ctx, url)
		for _, s := range states {
			if have, ok := out[s.Source]; ok && have.State == "running" {
				continue
			}
			one := Source{Source: s.Source, State: s.Phase, Error: s.LastError, Published: s.Confirmed, seen: time.Now()}
			if s.Phase == "running" {
				one.Error = "" // it is over
			}
			one.changes = metrics["tidemark_capture_changes_total/"+s.Source]
			one.LagBytes = int64(metrics["tidemark_capture_source_behind_bytes/"+s.Source])
			out[s.Source] = one
		}
	}
	return out
}

type state struct {
	Source    string `json:"source"`
	Phase     string `json:"phase"`
	LastError string `json:"last_error"`
	Confirmed string `json:"confirmed"`
}

func stateOf(ctx context.Context, url string) (states []state, err error) {
	body, err := get(ctx, url+"/status")
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return states, json.NewDecoder(body).Decode(&states)
}

var sample = regexp.MustCompile(`^(tidemark_capture_[a-z_]+)\{source="([^"]*)"\} (\S+)$`)

// metricsOf gives the metrics that have the source as their only label, as name/source.
func metricsOf(ctx context.Context, url string) map[string]float64 {
	out := map[string]float64{}
	body, err := get(ctx, url+"/metrics")
	if err != nil {
		return out
	}
	defer body.Close()
	for lines := bufio.NewScanner(body); lines.Scan(); {
		if m := sample.FindStringSubmatch(lines.Text()); m != nil {
			out[m[1]+"/"+m[2]], _ = strconv.ParseFloat(m[3], 64)
		}
	}
	return out
}

func get(ctx context.Context, url string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 200))
		_ = res.Body.Close()
		return nil, fmt.Errorf("%s: %s", res.Status, strings.TrimSpace(string(text)))
	}
	return res.Body, nil
}
