package olist

func statuses(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		g.Add([]string{o.Status}, 1, money(o.Worth()))
	}
	return g
}

func funnelByMonth(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		v := make([]float64, 7) // placed, approved, shipped, delivered, given up, hours to approved, hours to delivered
		for _, s := range o.Steps() {
			hours := s.At.Sub(o.Purchased).Hours()
			switch s.Status {
			case "created":
				v[0]++
			case "approved":
				v[1], v[5] = v[1]+1, hours
			case "shipped":
				v[2]++
			case "delivered":
				v[3], v[6] = v[3]+1, hours
			case "canceled", "unavailable":
				v[4]++
			}
		}
		g.Add([]string{month(o.Purchased)}, v...)
	}
	return g.Then(func(v []float64) []float64 {
		v[5], v[6] = mean(v[5], v[1]), mean(v[6], v[3])
		return v
	})
}

// mean is not a number where there is nothing to take it of, as in ClickHouse.
func mean(sum, n float64) float64 {
	if n == 0 {
		return notANumber
	}
	return sum / n
}

func slowSteps(orders []*Order) Groups {
	g := Groups{}
	for _, o := range orders {
		steps := o.Steps()
		for i := 1; i < len(steps); i++ {
			g.Add([]string{steps[i-1].Status, steps[i].Status}, 1, steps[i].At.Sub(steps[i-1].At).Hours())
		}
	}
	return g.Then(func(v []float64) []float64 { return []float64{v[0], v[1] / v[0]} })
}
