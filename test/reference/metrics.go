package reference

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	captureserve "github.com/tidemark-cdc/tidemark/capture/serve"
	sinkserve "github.com/tidemark-cdc/tidemark/sink/serve"
)

// describer lists metrics; collectors and the sink's own do.
type describer interface {
	Describe(chan<- *prometheus.Desc)
}

func (s Source) metrics() (string, error) {
	registry := prometheus.NewRegistry()
	captureserve.NewMetrics(registry)
	registry.MustRegister(captureserve.NewGauges(nil))
	var b strings.Builder
	b.WriteString("# Metrics\n\nAt `/metrics` of each program, in Prometheus's text format, beside those of Go (`go_*`) and of the process (`process_*`).\n\n")
	for _, p := range []struct {
		name string
		from describer
	}{{"capture", registry}, {"sink", sinkserve.NewMetrics()}} {
		rows, err := described(p.from)
		if err != nil {
			return "", err
		}
		b.WriteString("## " + p.name + "\n\n")
		table(&b, []string{"metric", "labels", "meaning"}, rows)
	}
	return b.String(), nil
}

// text is how a Desc prints itself; it has no other way to tell its name.
var text = regexp.MustCompile(`fqName: "([^"]*)", help: "((?:[^"\\]|\\.)*)".*variableLabels: \{([^}]*)\}`)

func described(d describer) (rows [][]string, err error) {
	found := make(chan *prometheus.Desc)
	go func() {
		d.Describe(found)
		close(found)
	}()
	for desc := range found {
		m := text.FindStringSubmatch(desc.String())
		switch {
		case m == nil:
			err = fmt.Errorf("cannot read %s", desc)
		case strings.HasPrefix(m[1], "tidemark_"):
			rows = append(rows, []string{code(m[1]), m[3], m[2]})
		}
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return rows, err
}
