package fault

import (
	"time"

	"github.com/tidemark-cdc/tidemark/test/fault/proxy"
)

// Delay lets everything between a program and a server arrive late, both ways.
func Delay(link string) Fault {
	late := proxy.Stream{Delay: 400 * time.Millisecond}
	return weather(Fault{
		Name: "delay-" + link, Kind: "connection delayed",
		MustNot: "No timeout is so short that waiting is taken for failing over and over.",
		Least:   4 * time.Second, Most: 15 * time.Second,
	}, link, proxy.Weather{Up: late, Down: late})
}

// Throttle lets few bytes pass between a program and a server.
func Throttle(link string) Fault {
	thin := proxy.Stream{Rate: 20_000}
	return weather(Fault{
		Name: "throttle-" + link, Kind: "connection throttled",
		MustNot: "A large answer that comes slowly is not asked for again and again from its beginning.",
		Least:   4 * time.Second, Most: 15 * time.Second,
	}, link, proxy.Weather{Up: thin, Down: thin})
}
