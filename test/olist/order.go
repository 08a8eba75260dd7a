package olist

import "time"

const day = 24 * time.Hour

// Lost says that the order was given up.
func (o *Order) Lost() bool { return o.Status == "canceled" || o.Status == "unavailable" }

// Worth is what the items cost, without freight.
func (o *Order) Worth() (sum int64) {
	for _, i := range o.Items {
		sum += i.Price
	}
	return sum
}

// Paid is what the payments add up to.
func (o *Order) Paid() (sum int64) {
	for _, p := range o.Payments {
		sum += p.Amount
	}
	return sum
}

// GivenBack says that a lost order was paid, so that payments and items were refunded.
func (o *Order) GivenBack() bool { return o.Lost() && !o.Approved.IsZero() && o.Paid() > 0 }

// Net is what stayed: nothing of a lost order.
func (o *Order) Net() int64 {
	if o.Lost() {
		return 0
	}
	return o.Worth()
}

// PaymentStatus is where the payments of the order ended.
func (o *Order) PaymentStatus() string {
	switch {
	case !o.Approved.IsZero():
		return "captured"
	case o.Lost():
		return "voided"
	}
	return "pending"
}

// Step is a status and when the order reached it.
type Step struct {
	Status string
	At     time.Time
}

// Steps are the statuses in the order in which they were reached: never before the one they follow. What has no time in
// the files comes an hour later (invoiced, processing) or a day (the end of an order).
func (o *Order) Steps() []Step {
	steps := []Step{{"created", o.Purchased}}
	add := func(status string, when time.Time) {
		last := steps[len(steps)-1].At
		if when.Before(last) {
			when = last
		}
		steps = append(steps, Step{status, when})
	}
	for _, s := range []Step{{"approved", o.Approved}, {"shipped", o.Shipped}, {"delivered", o.Delivered}} {
		if !s.At.IsZero() {
			add(s.Status, s.At)
		}
	}
	last := steps[len(steps)-1].At
	switch {
	case o.Status == "invoiced" || o.Status == "processing":
		add(o.Status, last.Add(time.Hour))
	case o.Lost(), o.Status == "delivered" && o.Delivered.IsZero():
		add(o.Status, last.Add(day))
	}
	return steps
}

// Ended is when the last status was reached.
func (o *Order) Ended() time.Time {
	steps := o.Steps()
	return steps[len(steps)-1].At
}

// Parcel says that the order has a parcel: it was approved, and not given up before it left.
func (o *Order) Parcel() bool { return !o.Approved.IsZero() && !(o.Lost() && o.Shipped.IsZero()) }

// Late says that the parcel came after the promised time.
func (o *Order) Late() bool { return o.Delivered.After(o.Estimated) }

// ReturnCategory is that of the first item.
func (o *Order) ReturnCategory() string {
	if len(o.Items) == 0 {
		return "(none)"
	}
	return o.Items[0].Category
}
