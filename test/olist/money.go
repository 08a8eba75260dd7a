package olist

import "strconv"

func paymentsByMethod(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		status := o.PaymentStatus()
		for _, p := range o.Payments {
			captured := one(status == "captured")
			g.Add([]string{p.Method, currency}, 1, captured, 0, one(status == "voided"), captured*money(p.Amount))
		}
	}
	return g.Then(func(v []float64) []float64 {
		if v[1]+v[2] == 0 {
			return append(v, null)
		}
		return append(v, v[2]/(v[1]+v[2]))
	})
}

// failedPayments is empty: the files tell only of payments that went through.
func failedPayments([]*Order) Groups { return Groups{} }

func installments(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		for _, p := range o.Payments {
			g.Add([]string{p.Method}, 1, float64(p.Installments))
		}
	}
	return g.Then(func(v []float64) []float64 { return []float64{v[0], v[1] / v[0]} })
}

func cashByMonth(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		if o.PaymentStatus() == "captured" && len(o.Payments) > 0 {
			g.Add([]string{month(o.Purchased), currency}, money(o.Paid()), 0, money(o.Paid()))
		}
		if o.GivenBack() { // accepted a day later, refunded two days after that
			g.Add([]string{month(o.Ended().Add(3 * day)), currency}, 0, money(o.Paid()), -money(o.Paid()))
		}
	}
	return g
}

func returnsByReason(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		if o.GivenBack() {
			g.Add([]string{o.Status, "refunded", currency}, 1, money(o.Paid()))
		}
	}
	return g
}

func returnRateByCategory(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		if o.GivenBack() {
			g.Add([]string{o.ReturnCategory(), currency}, 1, money(o.Paid()), 0)
		}
		for _, i := range o.Items {
			g.Add([]string{i.Category, currency}, 0, 0, money(i.Price))
		}
	}
	return g.Then(func(v []float64) []float64 {
		if v[2] == 0 {
			return append(v, null)
		}
		return append(v, v[1]/v[2])
	})
}

func lateDeliveries(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		if o.Parcel() && !o.Delivered.IsZero() {
			g.Add([]string{o.State}, 1, one(o.Late()))
		}
	}
	return g.Then(func(v []float64) []float64 { return append(v, v[1]/v[0]) })
}

func daysLate(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		if o.Parcel() && !o.Delivered.IsZero() {
			days := int(o.Delivered.Truncate(day).Sub(o.Estimated.Truncate(day)) / day)
			g.Add([]string{strconv.Itoa(max(0, days))}, 1)
		}
	}
	all := g.Sum(0)
	return g.Then(func(v []float64) []float64 { return append(v, v[0]/all) })
}
