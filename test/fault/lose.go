package fault

import (
	"time"

	"github.com/tidemark-cdc/tidemark/test/fault/proxy"
)

// Lose lets requests through and throws their answers away: what was acknowledged is
// done, and who asked does not know. New connections get as far as a handshake needs.
func Lose(link string) Fault {
	return weather(Fault{
		Name: "lose-" + link, Kind: "answers lost",
		MustNot: "A request that is sent again has no effect twice.",
		Least:   2 * time.Second, Most: 10 * time.Second,
	}, link, proxy.Weather{Down: proxy.Stream{Lose: true, LoseAfter: 3000}})
}
