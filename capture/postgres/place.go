package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tidemark-cdc/tidemark/capture/postgres/slot"
	"github.com/tidemark-cdc/tidemark/capture/postgres/snapshot"
	"github.com/tidemark-cdc/tidemark/capture/postgres/stream"
	"github.com/tidemark-cdc/tidemark/schemas/event"
)

// passed publishes the snapshot if nothing is open and the stream has come to its position without a commit in between.
func (l *loop) passed(ctx context.Context) error {
	if l.handover == nil {
		return nil
	}
	return l.reached(ctx, stream.LSN(l.point.Position.Commit))
}

// reached publishes the snapshot, if it is known by now and its position is at or below at.
func (l *loop) reached(ctx context.Context, at stream.LSN) error {
	if !l.handover.poll() {
		return nil
	}
	if err := l.handover.known.err; err != nil {
		return err
	}
	if stream.LSN(l.handover.known.at.LSN) > at { // rule: snapshot-in-order
		return nil
	}
	return l.place(ctx)
}

// contained says whether the open transaction's changes of a pending table lie in the snapshot. rule: snapshot-contains. If it is too late for that the
// snapshot is published at once: what the transaction did to other tables stands in other topics.
func (l *loop) contained(ctx context.Context) (bool, error) {
	h := l.handover
	if h.known == nil && l.commit < h.floor {
		return true, nil
	}
	if err := h.wait(ctx); err != nil {
		return false, err
	}
	if err := l.reached(ctx, l.commit); err != nil {
		return false, err
	}
	return l.handover != nil, nil
}

// place publishes the snapshot here and now.
func (l *loop) place(ctx context.Context) error {
	r := l.handover.known
	l.point.Position.Commit = max(l.point.Position.Commit, r.at.LSN)
	l.point.CommitTime = max(l.point.CommitTime, r.at.Time)
	p := &placing{loop: l, result: r, id: fmt.Sprintf("%s-%s", l.cfg.Slot, stream.LSN(r.at.LSN)), begun: make([]bool, len(r.tables)), left: append([]int(nil), r.reader.Chunks...)}
	began := time.Now()
	if err := p.run(ctx); err != nil {
		return err
	}
	l.handover.close()
	l.handover = nil
	l.log.Info("snapshot published", "position", stream.LSN(r.at.LSN).String(), "tables", len(r.tables), "rows", p.rows, "took", time.Since(began).Round(time.Millisecond).String())
	return l.flush(time.Now())
}

// placing is a snapshot while it is published.
type placing struct {
	*loop
	*result
	id    string
	begun []bool
	left  []int // chunks of each table
	rows  int
}

func (p *placing) run(ctx context.Context) error {
	for i := range p.left {
		if p.left[i] == 0 { // a partitioned table without partitions
			if err := p.ended(i); err != nil {
				return err
			}
		}
	}
	for b := range p.reader.Blocks {
		if err := p.block(b); err != nil {
			return err
		}
		p.reader.Recycle(b)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return p.reader.Err()
}

func (p *placing) block(b *snapshot.Block) error {
	if err := p.begin(b.Table); err != nil {
		return err
	}
	t := p.result.tables[b.Table]
	h := p.at.Header(t, event.Read)
	if err := b.Each(func(key, value []byte) error { return p.p.Append(t.Topic, key, value, h) }); err != nil {
		return err
	}
	p.rows += b.Rows()
	p.cfg.Observer.Snapshot(b.Rows())
	if !b.Last {
		return nil
	}
	if p.left[b.Table]--; p.left[b.Table] > 0 {
		return nil
	}
	return p.ended(b.Table)
}

func (p *placing) begin(i int) error {
	if p.begun[i] {
		return nil
	}
	p.begun[i] = true
	t := p.result.tables[i]
	return p.marker(i, event.Marker{Kind: event.SnapshotBegin, Snapshot: p.id, Initial: t.Topic.New(), Exact: true})
}

// ended closes a table's snapshot: from its barrier on the watermark says that it need not be taken again.
func (p *placing) ended(i int) error {
	if err := p.begin(i); err != nil {
		return err
	}
	if err := p.marker(i, event.Marker{Kind: event.SnapshotEnd, Snapshot: p.id}); err != nil {
		return err
	}
	p.settled(p.of[i]) // rule: snapshot-done-at-end
	return p.p.Flush(p.point)
}

func (p *placing) settled(c *captured) {
	l := p.loop
	c.pending = false
	l.pending = slices.DeleteFunc(slices.Clone(l.pending), func(other *captured) bool { return other == c })
	l.resume.Tables[c.contract.Name()] = slot.Done{Snapshot: p.id, LSN: p.at.LSN}
	l.noteProgress()
}

func (p *placing) marker(i int, m event.Marker) error {
	t := p.result.tables[i]
	return p.p.Broadcast(t.Topic, nil, m.Encode(), p.at.Header(t, event.Marking))
}
