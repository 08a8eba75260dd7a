package main

import (
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
	JSON bool `name:"json" help:"Print the findings as JSON, one object per source."`
}

// Run prints what each source lacks.
func (p *preflightCmd) Run(ctx context.Context, a *app) error {
	failed := false
	err := a.each(p.selection, func(src config.Source, k kind) error {
		findings, err := k.preflight(ctx)
		if err != nil {
			return err
		}
		failed = failed || preflight.Failed(findings)
		if p.JSON {
			return json.NewEncoder(a.out).Encode(map[string]any{"source": src.Name, "findings": append([]preflight.Finding{}, findings...)})
		}
		show(a.out, src.Name, findings)
		return nil
	})
	if err == nil && failed {
		err = errPreflight
	}
	return err
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
