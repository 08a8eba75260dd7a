package olist

import "time"

const currency = "BRL"

func revenueByMonth(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		refunded := one(o.GivenBack()) * money(o.Worth())
		g.Add([]string{month(o.Purchased), currency}, 1, float64(len(o.Items)), money(o.Worth()), refunded, one(o.Lost())*money(o.Worth())-refunded, money(o.Net()))
	}
	return g
}

func averageOrderByMonth(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		if len(o.Items) > 0 {
			g.Add([]string{month(o.Purchased), currency}, 1, money(o.Worth()))
		}
	}
	return g.Then(func(v []float64) []float64 { return append(v, v[1]/v[0]) })
}

func basketSizes(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		if len(o.Items) > 0 {
			g.Add([]string{number(int(min(o.Worth()/2500, 400)) * 25), currency}, 1, money(o.Worth()))
		}
	}
	all := g.Sum(0)
	return g.Then(func(v []float64) []float64 { return append(v, v[0]/all) })
}

func revenueByCategory(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		for _, i := range o.Items {
			g.Add([]string{i.Category, currency}, 1, money(i.Price), one(!o.Lost())*money(i.Price))
		}
	}
	return g.Then(func(v []float64) []float64 { return append(v, 1-v[2]/v[1]) })
}

func revenueByState(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		g.Add([]string{o.State, currency}, 1, float64(len(o.Items)), money(o.Worth()), money(o.Net()))
	}
	return g
}

func topCities(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		g.Add([]string{o.State, o.City, currency}, 1, money(o.Net()))
	}
	return g.Top(20, 1)
}

func topProducts(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		for _, i := range o.Items {
			refunded := one(o.GivenBack()) * money(i.Price)
			g.Add([]string{i.Product, i.Category, currency}, 1, money(i.Price), refunded, money(i.Price)-refunded)
		}
	}
	return g.round().Top(20, 3)
}

func topSellers(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		for _, i := range o.Items {
			g.Add([]string{i.Seller, currency}, 1, money(i.Price), one(o.GivenBack())*money(i.Price))
		}
	}
	return g.round().Top(20, 1).Then(func(v []float64) []float64 { return append(v, v[2]/v[1]) })
}

func salesByHour(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		g.Add([]string{number(o.Purchased.Hour())}, 1)
	}
	return g.Then(func(v []float64) []float64 { return append(v, v[0]/float64(len(orders))) })
}

func salesByWeekday(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		weekday := int(o.Purchased.Weekday())
		if o.Purchased.Weekday() == time.Sunday {
			weekday = 7
		}
		g.Add([]string{number(weekday), currency}, 1, money(o.Worth()))
	}
	return g
}

func unfinishedData(orders []*Order) Groups {
	g := Groups{}
	people := map[string]bool{}
	for _, o := range orders {
		people[o.Person] = true
		g.Add([]string{"orders without items"}, one(len(o.Items) == 0))
		for _, p := range o.Payments {
			g.Add([]string{"payments without a method"}, one(p.Method == "not_defined"))
		}
		for _, i := range o.Items {
			g.Add([]string{"items without a category"}, one(i.Category == "(none)"))
		}
	}
	g.Add([]string{"accounts that share an e-mail"}, float64(len(orders)-len(people)))
	return g
}
