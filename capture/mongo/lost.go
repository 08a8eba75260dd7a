package mongo

import (
	"context"
	"errors"
	"fmt"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/mongo/clock"
	"github.com/tidemark-cdc/tidemark/capture/mongo/oplog"
)

// resnapshot is the command that begins a source anew, as a sentence.
func resnapshot(source string) string {
	return fmt.Sprintf("Take a new snapshot in a new epoch: `capture resnapshot --source %s --yes`.", source)
}

// history adds to an error about lost history from where to where it is lost, and to one about a large event where it is.
func (l *loop) history(ctx context.Context, err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	done, _ := l.front.Done()
	switch f.Class {
	case fault.HistoryLost:
		return fault.New(f.Class, f.Doing, l.gap(ctx, done, f.Err), lostHint(l.cfg.Name))
	case fault.TooLarge:
		cause := fmt.Errorf("the first change after %s cannot be read, nor any behind it: %w", max(done, l.front.Last()), f.Err)
		return fault.New(f.Class, f.Doing, cause, f.Hint+" To give the change up instead: "+resnapshot(l.cfg.Name))
	}
	return err
}

// overtaken is what a proof that failed says: the gap lies between the last proof and what was handled.
func (l *loop) overtaken(ctx context.Context, err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	cause := fmt.Errorf("the oplog's begin has overtaken the stream: %w", l.gap(ctx, l.provenAt, f.Err))
	return fault.New(f.Class, "follow the change stream", cause, lostHint(l.cfg.Name))
}

// gap says from where to where changes are gone.
func (l *loop) gap(ctx context.Context, from clock.Time, err error) error {
	if w, oops := oplog.Read(ctx, l.client); oops == nil && w.First > from {
		return fmt.Errorf("changes from %s to %s, where the oplog begins, are gone: %w", from, w.First, err)
	}
	return fmt.Errorf("changes from %s to at most %s, the newest write, are gone: %w", from, max(from, l.pulse.Written), err)
}

func lostHint(source string) string {
	return "The oplog does not reach back to where capture stood. Enlarge it (replSetResizeOplog, or storage.oplogMinRetentionHours) so that it covers the longest standstill. " + resnapshot(source)
}
