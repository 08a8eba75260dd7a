package olist

import (
	"slices"
	"time"
)

// firsts gives the day of each person's first order that was not given up.
func firsts(orders []*Order) map[string]string {
	first := map[string]string{}
	for _, o := range orders {
		if d := date(o.Purchased); !o.Lost() && (first[o.Person] == "" || d < first[o.Person]) {
			first[o.Person] = d
		}
	}
	return first
}

func buyersByMonth(orders []*Order) Groups {
	g, first, seen := Groups{}, firsts(orders), map[string]bool{}
	for _, o := range orders {
		m := month(o.Purchased)
		if o.Lost() || seen[m+o.Person] {
			continue
		}
		seen[m+o.Person] = true
		isNew := one(first[o.Person][:7] == m[:7])
		g.Add([]string{m}, 1, isNew, 1-isNew)
	}
	return g
}

func cohorts(orders []*Order) Groups {
	g, first, seen := Groups{}, firsts(orders), map[string]bool{}
	for _, o := range orders {
		if o.Lost() {
			continue
		}
		began, _ := time.Parse(time.DateOnly, first[o.Person])
		later := (o.Purchased.Year()-began.Year())*12 + int(o.Purchased.Month()-began.Month())
		key := []string{month(began), number(later)}
		who := o.Person + key[1]
		g.Add(key, one(!seen[who]), 1, money(o.Net()))
		seen[who] = true
	}
	return g
}

type person struct {
	last   string
	orders int
	net    int64
}

func segments(orders []*Order) Groups {
	people := map[string]*person{}
	for _, o := range orders {
		if o.Lost() {
			continue
		}
		p := people[o.Person]
		if p == nil {
			p = &person{}
			people[o.Person] = p
		}
		p.last, p.orders, p.net = max(p.last, date(o.Purchased)), p.orders+1, p.net+o.Net()
	}
	var lasts []string
	var nets []int64
	for _, p := range people {
		lasts, nets = append(lasts, p.last), append(nets, p.net)
	}
	slices.Sort(lasts)
	slices.Sort(nets)
	g := Groups{}
	for _, p := range people {
		newer := len(lasts) - upper(lasts, p.last)
		richer := len(nets) - upper(nets, p.net)
		g.Add([]string{segment(score(newer+1, len(people)), min(5, p.orders), score(richer+1, len(people)))}, 1, float64(p.orders), money(p.net))
	}
	return g
}

// upper counts how many of a sorted list are at most v.
func upper[T string | int64](list []T, v T) int {
	n, _ := slices.BinarySearchFunc(list, v, func(x, v T) int {
		if x <= v {
			return -1
		}
		return 1
	})
	return n
}

// score turns a rank among n, 1 the best, into 5 (the best fifth) to 1.
func score(rank, n int) int { return 6 - (5*rank+n-1)/n }

func segment(r, f, m int) string {
	switch {
	case r >= 4 && f >= 3:
		return "loyal"
	case r >= 4 && f == 2:
		return "coming back"
	case r >= 4:
		return "new"
	case f >= 2:
		return "at risk"
	case m >= 4:
		return "big, gone"
	}
	return "gone"
}
