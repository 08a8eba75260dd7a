package serve

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/preflight"
)

// check runs the preflight, once per process: later faults have better words of their own.
func (u *Unit) check(ctx context.Context) error {
	c, ok := u.Source.(Preflighter)
	if !ok || u.checked {
		return nil
	}
	u.board.set(Checking)
	findings, err := c.Preflight(ctx)
	if err != nil {
		return err
	}
	for _, f := range findings {
		u.Logger.Log(ctx, level(f.Severity), "preflight: "+f.Title, "detail", f.Detail, "do", cmp.Or(f.SQL, f.Command))
	}
	if preflight.Failed(findings) {
		return fault.New(fault.Setup, "preflight", errors.New(failures(findings)), "")
	}
	u.checked = true
	return nil
}

func level(s preflight.Severity) slog.Level {
	switch s {
	case preflight.Failure:
		return slog.LevelError
	case preflight.Warning:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

func failures(findings []preflight.Finding) string {
	var titles []string
	for _, f := range findings {
		if f.Severity == preflight.Failure {
			titles = append(titles, f.Title)
		}
	}
	return strings.Join(titles, "; ")
}
