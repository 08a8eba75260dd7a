package replay

import (
	"context"
	"fmt"
)

// GiveUp removes what replays of a topic that were broken off have built, and gives their ids.
func GiveUp(ctx context.Context, s Server, topic string) (ids []string, err error) {
	all, err := Records(ctx, s, topic)
	if err != nil {
		return nil, err
	}
	for i := range all {
		r := &all[i]
		switch {
		case r.Phase == Exchanging:
			return ids, fmt.Errorf("%w: %s exchanges tables, which is gone through with", ErrHeld, r.ID)
		case r.Live:
			return ids, fmt.Errorf("%w: %s is at work; end it first", ErrHeld, r.ID)
		}
		if err := r.drop(ctx, s); err != nil {
			return ids, err
		}
		if err := r.remove(ctx, s); err != nil {
			return ids, err
		}
		ids = append(ids, r.ID)
	}
	return ids, nil
}
