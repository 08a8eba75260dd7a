package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/tidemark-cdc/tidemark/capture/config"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
)

type preflightCmd struct {
	selection
	JSON bool `name:"json" help:"Print the findings as JSON, one object for the brokers and each source."`
}

// Run prints what the brokers and each source lack.
func (p *preflightCmd) Run(ctx context.Context, a *app) error {
	failed := false
	tell := func(name string, findings []preflight.Finding) error {
		failed = failed || preflight.Failed(findings)
		if p.JSON {
			return json.NewEncoder(a.out).Encode(map[string]any{"source": name, "findings": append([]preflight.Finding{}, findings...)})
		}
		show(a.out, name, findings)
		return nil
	}
	brokers, unreachable := a.Kafka.Check(ctx)
	if unreachable == nil {
		unreachable = tell("kafka", brokers)
	}
	err := a.each(p.selection, func(src config.Source, k kind) error {
		findings, err := k.preflight(ctx)
		if err != nil {
			return err
		}
		return tell(src.Name, findings)
	})
	switch {
	case err != nil || unreachable != nil:
		return cmp.Or(err, unreachable)
	case failed:
		return errPreflight
	}
	return nil
}

// show prints findings as a person reads them, the mending ready to copy.
func show(w io.Writer, source string, findings []preflight.Finding) {
	if len(findings) == 0 {
		fmt.Fprintf(w, "%s: nothing is missing\n", source)
		return
	}
	for _, f := range findings {
		fmt.Fprintf(w, "%s: %s: %s\n", source, f.Severity, f.Title)
		for _, text := range []string{f.Detail, f.SQL, f.Command} {
			if text != "" {
				fmt.Fprintf(w, "    %s\n", strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    "))
			}
		}
	}
}
