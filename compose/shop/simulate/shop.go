// Package simulate behaves as a shop does, on a clock of its own: orders are paid, fail to be paid, ship, come late, come
// back and are refunded days later, while prices, stock, addresses and customers change. It makes steps and writes nothing.
package simulate

import (
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"github.com/tidemark-cdc/tidemark/compose/shop/record"
)

// Config says which shop. The same config makes the same steps.
type Config struct {
	Seed uint64
	// Start is the shop's time at the beginning.
	Start time.Time
	// OrdersPerHour is the mean over a day of the shop's time, at least one.
	OrdersPerHour int
	// Placed is how many orders there are already: it keeps the ids of a later run apart from an earlier one's.
	Placed   uint64
	Users    []*record.User
	Products []*record.Product
}

// Shop is a running shop. It belongs to one goroutine.
type Shop struct {
	chance
	config   Config
	now      time.Time
	agenda   agenda
	pending  []change.Step
	users    []*record.User
	products []*record.Product
	requests uint64
}

// New opens a shop. Its users and products are taken over and change as the shop runs; at least one of each is needed.
func New(c Config) *Shop {
	s := &Shop{chance: newChance(c.Seed, c.Placed), config: c, now: c.Start, users: c.Users, products: c.Products}
	s.after(0, s.customerComes)
	s.after(s.within(0, time.Hour), s.dayInTheLife)
	return s
}

// Next gives the next step; there always is one.
func (s *Shop) Next() (change.Step, bool) {
	for len(s.pending) == 0 {
		next := s.agenda.earliest()
		s.now = next.at
		next.do()
	}
	step := s.pending[0]
	s.pending = s.pending[1:]
	return step, true
}

// Now gives the shop's time.
func (s *Shop) Now() time.Time { return s.now }

// emit adds to the entity's step when that was the last one of this moment: what happens at once commits at once.
func (s *Shop) emit(entity string, changes ...change.Change) {
	if n := len(s.pending); n > 0 && s.pending[n-1].Entity == entity {
		s.pending[n-1].Changes = append(s.pending[n-1].Changes, changes...)
		return
	}
	s.pending = append(s.pending, change.Step{Entity: entity, Changes: changes})
}

func (s *Shop) after(d time.Duration, do func()) { s.agenda.enter(s.now.Add(d), do) }

// customerComes places an order and waits for the next one; nights are quiet.
func (s *Shop) customerComes() {
	mean := float64(time.Hour) / float64(s.config.OrdersPerHour) / busy[s.now.Hour()]
	s.after(time.Duration(s.ExpFloat64()*mean).Truncate(time.Millisecond)+time.Millisecond, s.customerComes)
	s.place()
}

// busy is how each hour of a day compares with its mean.
var busy = [24]float64{.5, .3, .2, .15, .15, .2, .4, .7, 1, 1.3, 1.5, 1.5, 1.4, 1.5, 1.5, 1.5, 1.5, 1.4, 1.4, 1.5, 1.6, 1.5, 1.2, .8}

// dayInTheLife is what happens beside orders, about twice an hour.
func (s *Shop) dayInTheLife() {
	s.after(s.within(10*time.Minute, 50*time.Minute), s.dayInTheLife)
	weighted(s.chance, []func(){s.reprice, s.restock, s.addProduct, s.withdrawProduct, s.joins, s.moves, s.forget},
		[]int{30, 20, 5, 4, 25, 12, 4})()
}
