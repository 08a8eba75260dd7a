package postgres

import (
	"context"
	"errors"
	"math"

	"github.com/tidemark-cdc/tidemark/capture/fault"
	"github.com/tidemark-cdc/tidemark/capture/postgres/slot"
	"github.com/tidemark-cdc/tidemark/capture/postgres/snapshot"
	"github.com/tidemark-cdc/tidemark/capture/signal"
	"github.com/tidemark-cdc/tidemark/schemas/watermark"
)

// renew begins the source again in a new epoch, with a slot and a snapshot of their own. What was found of the history before does not
// matter: the signal that asks for this has given it up. Until the watermark of the new epoch is written nothing is published, so a
// start that breaks off here is done again as a whole.
func (s *Source) renew(ctx context.Context, st *start, found *slot.Info, last *watermark.Watermark, due *signal.Due) (err error) {
	s.cfg.Logger.Warn("taking a new snapshot in a new epoch", due.Resume()...)
	if last != nil {
		if last.Position.Epoch == math.MaxUint16 {
			return fault.New(fault.Unsupported, "begin a new epoch", errors.New("epoch 65535 is the last one"), "Give this source another name.")
		}
		st.epoch = last.Position.Epoch + 1
	}
	if err := s.published(ctx); err != nil {
		return err
	}
	if err := found.Drop(ctx, s.sql); err != nil {
		return err
	}
	st.renewed = true
	return s.create(ctx, st)
}

// create makes the slot and exports the snapshot at its first position.
func (s *Source) create(ctx context.Context, st *start) (err error) {
	if st.export, err = snapshot.Create(ctx, s.cfg.URL, s.cfg.Slot, false); err != nil {
		return err
	}
	st.lsn = st.export.LSN
	s.cfg.Logger.Info("slot created", "slot", s.cfg.Slot, "position", st.lsn.String())
	return nil
}
