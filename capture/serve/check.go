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
		if f.Severity != preflight.Failure { // failures become the one message with which the program ends
			u.Logger.Log(ctx, level(f.Severity), "preflight: "+f.Title, "detail", f.Detail, "do", cmp.Or(f.SQL, f.Command))
		}
	}
	if preflight.Failed(findings) {
		what, mend := failures(findings)
		return fault.New(fault.Setup, "preflight", errors.New(what), mend)
	}
	u.checked = true
	return nil
}

func level(s preflight.Severity) slog.Level {
	if s == preflight.Warning {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// failures says what is missing and what mends it.
func failures(findings []preflight.Finding) (what, mend string) {
	var titles, mends []string
	for _, f := range findings {
		if f.Severity == preflight.Failure {
			titles = append(titles, f.Title)
			mends = append(mends, strings.TrimRight(cmp.Or(f.SQL, f.Command, f.Detail), ";"))
		}
	}
	return strings.Join(titles, "; "), strings.Join(mends, "; ") + ". `capture setup` does what it can."
}
