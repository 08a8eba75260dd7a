package worker

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/tidemark-cdc/tidemark/sink/ledger"
)

// hold counts the ranges of a table that this process mends. New ranges are kept back
// meanwhile: in this process at once, in others when their Guard sees the mark in the
// commits.
type hold struct{ ranges atomic.Int32 }

func (h *hold) take() { h.ranges.Add(1) }
func (h *hold) give() { h.ranges.Add(-1) }

func (t *Table) held() bool {
	return t.hold.ranges.Load() > 0 || t.Guard != nil && t.Guard.mending.Load()
}

// giveWay waits before a new range while another is mended. The done commit that the new
// seal would have replaced is made first: the one that mends waits for it.
func (w *Worker) giveWay(ctx context.Context) error {
	for w.table.held() {
		if w.owed != nil {
			if err := w.ledger.Commit(ctx, *w.owed); err != nil {
				return err
			}
			w.owed = nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil
}

// others gives the commits of the topic's other partitions as one text, and names one
// that keeps ours from being mended now: a range on its way, or a lower partition that is
// to be mended as well: two that compare at once would both add what is missing.
func (w *Worker) others(ctx context.Context) (all, busy string, err error) {
	if w.table.Guard == nil {
		return "", "", nil
	}
	commits, err := w.table.Guard.commits(ctx)
	for _, c := range commits {
		if c.Partition == w.a.Partition {
			continue
		}
		all += fmt.Sprintf("%d %d %s\n", c.Partition, c.CommittedOffset, c.Metadata)
		e, err := ledger.Parse(c.Metadata)
		if err == nil && e.Kind == ledger.Sealed && (!e.Range.Acked || c.Partition < w.a.Partition) {
			busy = fmt.Sprintf("partition %d: %s", c.Partition, c.Metadata)
		}
	}
	return all, busy, err
}

// commits are those of all partitions of the topic, in order.
func (g *Guard) commits(ctx context.Context) ([]kafka.OffsetFetchPartition, error) {
	n, err := g.Partitions(ctx)
	if err != nil || n == 0 {
		return nil, err
	}
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	res, err := g.Kafka.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: g.Group, Topics: map[string][]int{g.Topic: all}})
	if err == nil {
		err = res.Error
	}
	if err != nil {
		return nil, err
	}
	list := make([]kafka.OffsetFetchPartition, n)
	for _, p := range res.Topics[g.Topic] {
		if p.Error != nil {
			return nil, p.Error
		}
		list[p.Partition] = p
	}
	return list, nil
}
