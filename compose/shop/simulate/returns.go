package simulate

import (
	"fmt"
	"strings"
	"time"

	"github.com/tidemark-cdc/tidemark/compose/shop/change"
	"github.com/tidemark-cdc/tidemark/compose/shop/money"
	"github.com/tidemark-cdc/tidemark/compose/shop/record"
)

// comeback is one item on its way back.
type comeback struct {
	*purchase
	item   int
	number string
	amount money.Cents
}

// requestReturn opens a return of one item; some are withdrawn, some rejected, most accepted and refunded.
func (p *purchase) requestReturn() {
	s := p.shop
	s.requests++
	c := &comeback{purchase: p, item: s.IntN(len(p.order.Items)), number: change.Requested(fmt.Sprintf("%s-%06d", p.order.ID[:8], s.requests))}
	item := p.order.Items[c.item]
	c.amount = item.Worth()
	s.emit(p.order.ID, change.ReturnOpened(&record.Return{Number: c.number, TransactionID: p.largest().ID, OrderID: p.order.ID,
		Reason:   weighted(s.chance, []string{"damaged", "wrong_item", "not_as_described", "late", "changed_mind"}, []int{25, 15, 20, 10, 30}),
		Category: item.Category, Amount: c.amount, Currency: p.order.Currency, Status: record.Requested, Notes: s.notes(), OpenedAt: s.now}))
	p.next(2*time.Hour, 2*day, weighted(s.chance, []func(){c.accept, c.reject, c.withdraw}, []int{76, 14, 10}))
}

// accept gives the return its final number, which is its key.
func (c *comeback) accept() {
	s := c.shop
	s.emit(c.order.ID, change.ReturnAccepted(c.number, s.now))
	c.number = change.Accepted(c.number)
	c.next(day, 4*day, func() {
		s.emit(c.order.ID, change.ReturnMoved(c.number, record.Received, nil, s.now))
		c.next(time.Hour, 2*day, c.settle)
	})
}

func (c *comeback) settle() {
	now := c.shop.now
	c.refundItem(c.item, c.amount)
	c.shop.emit(c.order.ID, change.ReturnMoved(c.number, record.Refunded, &now, now))
}

func (c *comeback) reject() {
	now := c.shop.now
	c.shop.emit(c.order.ID, change.ReturnMoved(c.number, record.Rejected, &now, now))
}

func (c *comeback) withdraw() { c.shop.emit(c.order.ID, change.ReturnWithdrawn(c.number)) }

// notes are nothing, a line, or a letter too long for PostgreSQL to keep in the row (TOAST).
func (s *Shop) notes() *string {
	words := []string{"chegou quebrado", "não serve", "veio outra cor", "caixa aberta", "“muito tarde”", "quero meu dinheiro de volta", "linha\nnova", "tab\taqui", `aspas "duplas"`}
	var text string
	switch {
	case s.happens(0.3):
		return nil
	case s.happens(0.9):
		text = pick(s.chance, words)
	default:
		var b strings.Builder
		for b.Len() < 12_000 {
			b.WriteString(s.hex(16) + " " + pick(s.chance, words) + "\n")
		}
		text = b.String()
	}
	return &text
}
