package simulate

import (
	"fmt"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"github.com/tidemark-cdc/tidemark/compose/shop/money"
	"github.com/tidemark-cdc/tidemark/compose/shop/record"
	"go.mongodb.org/mongo-driver/v2/bson"
)

var categories = []string{"bed_bath_table", "health_beauty", "sports_leisure", "furniture_decor", "computers_accessories",
	"housewares", "watches_gifts", "telephony", "toys", "garden_tools", "auto", "cool_stuff", "perfumery", "baby", "electronics", "stationery"}

// Opening makes the users and products that an empty shop starts with, and the steps that write them.
func Opening(seed uint64, start time.Time, users, products int) ([]*record.User, []*record.Product, []change.Step) {
	s := &Shop{chance: newChance(seed, 1<<63), now: start}
	for range users {
		s.joins()
	}
	for range products {
		s.addProduct()
	}
	return s.users, s.products, s.pending
}

func (s *Shop) addProduct() {
	p := &record.Product{ID: s.hex(32), Price: s.price(), Currency: "BRL", Stock: int32(s.between(20, 400)), Active: true, CreatedAt: s.now, UpdatedAt: s.now}
	p.Name = "product " + p.ID[:6]
	if !s.happens(0.02) {
		category := pick(s.chance, categories)
		p.Category, p.Name = &category, category+" "+p.ID[:6]
	}
	if s.happens(0.9) {
		weight := int32(s.between(50, 30000))
		p.WeightG = &weight
		p.Attributes = bson.D{{Key: "photos", Value: int32(s.between(1, 8))}, {Key: "size_cm", Value: bson.A{int32(s.between(5, 90)), int32(s.between(5, 60)), int32(s.between(2, 50))}}}
	}
	s.products = append(s.products, p)
	s.emit(p.ID, change.ProductAdded(p))
}

// price is mostly below 200, with a tail to a few thousand.
func (s *Shop) price() money.Cents {
	return money.Cents(min(500_00, 8_00+int(s.ExpFloat64()*110_00))) + money.Cents(s.between(0, 99))
}

func (s *Shop) reprice() {
	p := pick(s.chance, s.products)
	p.Price = max(1_00, p.Price*money.Cents(s.between(80, 125))/100)
	s.emit(p.ID, change.ProductPriced(p, s.now))
}

func (s *Shop) restock() {
	p := pick(s.chance, s.products)
	p.Stock += int32(s.between(10, 200))
	s.emit(p.ID, change.ProductStocked(p, s.now))
}

func (s *Shop) sell(p *record.Product, quantity int32) {
	p.Stock = max(0, p.Stock-quantity)
	s.emit(p.ID, change.ProductStocked(p, s.now))
}

// withdrawProduct takes a product off sale now and out of the collection weeks later.
func (s *Shop) withdrawProduct() {
	const fewest = 10
	if len(s.products) <= fewest {
		return
	}
	i := s.IntN(len(s.products))
	id := s.products[i].ID
	s.products[i] = s.products[len(s.products)-1]
	s.products = s.products[:len(s.products)-1]
	s.emit(id, change.ProductWithdrawn(id, s.now))
	s.after(s.within(24*time.Hour, 14*24*time.Hour), func() { s.emit(id, change.ProductDeleted(id)) })
}

func (s *Shop) seller() string { return fmt.Sprintf("seller-%03d", s.between(1, 120)) }
