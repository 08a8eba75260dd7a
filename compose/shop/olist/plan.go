package olist

import (
	"slices"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"github.com/tidemark-cdc/tidemark/compose/shop/record"
)

// Replay hands out the steps of a folder, earliest first.
type Replay struct {
	steps []timed
	next  int
	total int
}

type timed struct {
	at   time.Time
	step change.Step
}

// Open reads a folder and plans its steps.
func Open(dir string) (*Replay, error) {
	d, err := read(dir)
	if err != nil {
		return nil, err
	}
	r := &Replay{}
	for _, p := range d.products {
		if p.CreatedAt.IsZero() { // never sold: it was there from the beginning
			p.CreatedAt = d.purchases[0].PurchasedAt
			p.UpdatedAt = p.CreatedAt
		}
		r.add(p.CreatedAt, p.ID, change.ProductAdded(p))
	}
	for _, p := range d.purchases {
		r.add(p.PurchasedAt, p.customer.ID.Hex(), change.UserJoined(p.customer))
		(&history{Replay: r, purchase: p, at: p.PurchasedAt}).plan()
	}
	slices.SortStableFunc(r.steps, func(a, b timed) int { return a.at.Compare(b.at) })
	return r, nil
}

func (r *Replay) add(at time.Time, entity string, changes ...change.Change) {
	r.steps = append(r.steps, timed{at, change.Step{Entity: entity, Changes: changes}})
	r.total += len(changes)
}

// Next gives the next step, false behind the last one.
func (r *Replay) Next() (change.Step, bool) {
	if r.next == len(r.steps) {
		return change.Step{}, false
	}
	r.next++
	return r.steps[r.next-1].step, true
}

// At gives the time of the step that Next gave last.
func (r *Replay) At() time.Time { return r.steps[max(0, r.next-1)].at }

// Total gives how many changes there are in all.
func (r *Replay) Total() int { return r.total }

// FirstOrder gives the id of an order of the folder, to see whether it has been loaded.
func (r *Replay) FirstOrder() string {
	for _, t := range r.steps {
		if t.step.Changes[0].Table == change.Orders {
			return t.step.Entity
		}
	}
	return ""
}

// history plans one order. The data has a few orders that were handed to the carrier before they were approved: a step is
// never planned before the one that it builds on, while rows keep the times of the data.
type history struct {
	*Replay
	*purchase
	at time.Time
}

// reach moves on to a time, unless that lies behind.
func (h *history) reach(at time.Time) {
	if at.After(h.at) {
		h.at = at
	}
}

func (h *history) do(changes ...change.Change) { h.add(h.at, h.ID, changes...) }

func (h *history) move(status string, more ...change.Change) {
	h.do(append([]change.Change{change.OrderMoved(h.ID, status, h.at)}, more...)...)
}

func (h *history) plan() {
	h.purchased()
	if !h.approved.IsZero() {
		h.reach(h.approved)
		h.move(record.Approved, h.accepted()...)
	}
	if !h.shipped.IsZero() {
		h.reach(h.shipped)
		h.move(record.Shipped, change.ParcelShipped(h.ID, parcel, nil, h.shipped))
	}
	if !h.delivered.IsZero() {
		h.reach(h.delivered)
		h.move(record.Delivered, change.ParcelArrived(h.ID, parcel, h.delivered))
	}
	h.finish()
}
