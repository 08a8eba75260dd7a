package program

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Metric sums the samples of a metric over all its labels, as /metrics has them now.
func (p *Process) Metric(ctx context.Context, name string) (float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.program.HTTP+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, fmt.Errorf("read the metrics of %s: %w", p.program.Name, err)
	}
	defer res.Body.Close()
	var sum float64
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		if v, ok := sample(lines.Text(), name); ok {
			sum += v
		}
	}
	return sum, lines.Err()
}

// sample reads a line `name{label="..."} value`.
func sample(line, name string) (float64, bool) {
	rest, ok := strings.CutPrefix(line, name)
	if !ok || rest == "" || rest[0] != '{' && rest[0] != ' ' {
		return 0, false
	}
	v, err := strconv.ParseFloat(rest[strings.LastIndexByte(rest, ' ')+1:], 64)
	return v, err == nil
}
