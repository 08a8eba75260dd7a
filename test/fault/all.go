package fault

import "github.com/tidemark-cdc/tidemark/compose/local/site"

// All are the faults that there are, for the shop's tables.
func All() []Fault {
	var all []Fault
	for _, part := range append(append([]string{}, Servers...), Programs...) {
		all = append(all, Kill(part), Restart(part), Pause(part))
	}
	for _, link := range Links() {
		all = append(all, Cut(link), Break(link), Delay(link), Throttle(link), Hang(link), Lose(link))
	}
	all = append(all, Join(site.Sink2), Join(site.Sink2, site.Sink3), JoinAndDie(site.Sink2), Zombie(site.Sink, site.Sink2),
		TakeOver(site.Capture, site.Standby), ZombieCapture(site.Capture, site.Standby), KillQueries())
	for _, table := range []string{"transactions", "orders"} {
		all = append(all, ReadOnly(table), TooManyParts(table), NoSpace(table), ViewThrows(table), OutOfMemory(table))
	}
	for _, topic := range []string{"pg.public.transactions", "mongo.shop.orders", "tidemark.watermarks"} {
		all = append(all, RefuseWrites(topic))
	}
	return append(all, DiskFull("kafka"), DiskFull("clickhouse"), Grow("pg.public.deliveries"), Grow("mongo.shop.products"))
}
